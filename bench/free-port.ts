import { createSocket } from 'node:dgram';
import { randomInt } from 'node:crypto';
import getPort from 'get-port';

/**
 * A TCP port of 127.0.0.1 for a program that is about to start, and to be started again. It lies below the ephemeral ports (from
 * 32768 on Linux, from 49152 elsewhere), so no outgoing connection takes it. No other process that asks here is given it while
 * this one lives: the claim is the UDP port of the same number, which the kernel frees with the process.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(21_000, 30_000);
    // get-port answers another one where this is taken
    if ((await claim(port)) && (await getPort({ port })) === port) return port;
  }
}

function claim(port: number): Promise<boolean> {
  const socket = createSocket('udp4').unref();
  return new Promise((resolve) => {
    socket.once('error', () => resolve(false));
    socket.bind({ address: '127.0.0.1', port, exclusive: true }, () => resolve(true));
  });
}
