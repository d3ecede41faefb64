import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Board } from '../board/board.ts';
import { History } from '../board/history.ts';
import { Problem } from '../../workflows/problem.ts';
import { Fleet } from './fleet.ts';
import type { ShopOptions } from './options.ts';
import { exchange } from './runtime/http.ts';
import { podNames } from './services.ts';

const tickMs = 1000;

/** A running shop. */
export interface Shop {
  url: string;
  stop: () => Promise<void>;
}

/**
 * Starts every service in a thread of its own, probes them, and keeps the board.
 * @returns once the front door listens; `GET /health` there says when the shop is warm
 * @throws Problem 'start-failed' when the port is taken
 */
export async function startShop({ port, ofrep, ledger }: ShopOptions, log: Logger): Promise<Shop> {
  await claim(port);
  const history = new History();
  const fleet = new Fleet(history, log);
  // Once warm, always warm: an incident that takes a service away does not make the shop unhealthy.
  let warm = false;
  const board = new Board({
    history,
    ledger,
    health: () => ({ warm, up: fleet.up() }),
    services: () => fleet.states(),
  });
  const stop = async (): Promise<void> => {
    clearInterval(ticking);
    await Promise.all([board.close(), fleet.stop()]);
  };
  const ticking = setInterval(() => fleet.tick(), tickMs);

  const url = await fleet.start(port, { ofrep, board: await board.listen() }).catch(async (error: Error) => {
    await stop();
    throw cannotListen(port, error);
  });
  const warmUp = async (): Promise<void> => {
    const works = async (): Promise<boolean> =>
      fleet.up() === podNames.length && (await exchange(url).catch(() => null))?.status === 200;
    while (!(await works())) await sleep(50, undefined, { ref: false });
    warm = true;
    fleet.announce();
    log.info({ url }, 'shop is warm');
  };
  void warmUp();
  return { url, stop };
}

// Known before twenty threads start, a taken port costs no time. The front door may still lose a race for it.
async function claim(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening').catch((error: Error) => {
    throw cannotListen(port, error);
  });
  server.close();
  await once(server, 'close');
}

function cannotListen(port: number, { message }: Error): Problem {
  const what = `the shop cannot listen on port ${port}: ${message}`;
  return new Problem('start-failed', what, 'Choose another with --port.');
}
