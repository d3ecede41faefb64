import { Socket } from 'node:net';

// Plays a pod's DNS and the way to services: connections to the addresses of POD_NETWORK, `{"flagd.otel-demo:8016":41234}`, come out
// at those ports of this machine. Loaded before a program with --import.
const routes = JSON.parse(process.env['POD_NETWORK'] ?? '{}');
const { connect } = Socket.prototype;
Socket.prototype.connect = function (...args) {
  // as net.connect hands them on, or as they were given
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];
  const port = routes[`${options?.host}:${options?.port}`];
  if (port !== undefined) Object.assign(options, { host: '127.0.0.1', port });
  return connect.apply(this, args);
};
