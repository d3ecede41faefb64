import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { PortForward } from '@kubernetes/client-node';
import type { Cluster } from './cluster.ts';

/** A port of a pod in the lab's namespace. */
export interface PodPort {
  pod: string;
  port: number;
}

/** A port on loopback whose connections come out at a pod. */
export interface Forward {
  port: number;
  close(): Promise<void>;
}

/**
 * Listens on loopback and takes each connection, through the API server, to the pod that `find` names then: one that was
 * replaced is found again. A connection for which there is no pod is closed, as a port where nobody listens would.
 */
export async function forwardTo(cluster: Cluster, find: () => Promise<PodPort | undefined>): Promise<Forward> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    connect(cluster, socket, find).catch(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // whoever forgets to close it must still be able to end
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close').catch(() => undefined);
    },
  };
}

async function connect(cluster: Cluster, socket: Socket, find: () => Promise<PodPort | undefined>): Promise<void> {
  const target = await find();
  if (!target || socket.destroyed) return void socket.destroy();
  // what the pod's side reports as an error ends the connection, as a refused one would be
  const errors = new PassThrough().once('data', () => socket.destroy());
  const forward = new PortForward(cluster.config);
  const stream = await forward.portForward(cluster.namespace, target.pod, [target.port], socket, errors, socket);
  if (typeof stream === 'function') return;
  stream.addEventListener('close', () => socket.destroy());
  stream.addEventListener('error', () => socket.destroy());
  socket.once('close', () => stream.close());
  if (socket.destroyed) stream.close();
}
