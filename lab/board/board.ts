import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { projectRoot } from '../../environments/root.ts';
import { signals } from '../../scenarios/signals.ts';
import type { Signal } from '../../scenarios/signals.ts';
import { lightServer } from '../shop/runtime/server.ts';
import { podNames } from '../shop/services.ts';
import type { History } from './history.ts';
import { readIncidents } from './incidents.ts';
import { readSignal } from './indicator.ts';

const longestWindow = 300;
const longestSeries = 900;

/** One service as the board lists it. */
export interface ServiceState {
  name: string;
  url: string | null;
  ready: boolean;
  restarts: number;
  heapBytes: number;
}

/** Where the board takes what it shows. */
export interface BoardSources {
  history: History;
  ledger: string | undefined;
  health: () => { warm: boolean; up: number };
  services: () => ServiceState[];
}

interface SignalQuery {
  service?: string;
  signal?: string;
  route?: string;
  window?: string;
  seconds?: string;
}

/** Answers for what was sampled: to people with a page, to programs with numbers. */
export class Board {
  private readonly app: FastifyInstance = lightServer();

  constructor({ history, ledger, health, services }: BoardSources) {
    const { app } = this;
    app.get('/health', async (_request, reply) => {
      const { warm, up } = health();
      return warm ? { status: 'ok' } : reply.code(503).send({ status: 'starting', up, of: podNames.length });
    });
    app.get('/board/api/services', async () => services());
    app.get('/board/api/incidents', async () => readIncidents(ledger));

    app.get<{ Querystring: SignalQuery }>('/board/api/indicator', async ({ query }) => {
      const { service, signal } = known(query);
      const window = seconds('window', query.window ?? '5', longestWindow);
      const route = query.route || undefined;
      const samples = history.since(service, Date.now() / 1000 - window);
      return { service, signal, route: route ?? null, window, ...readSignal(samples, signal, route) };
    });

    app.get<{ Querystring: SignalQuery }>('/board/api/series', async ({ query }) => {
      const { service, signal } = known(query);
      const from = Date.now() / 1000 - seconds('seconds', query.seconds ?? '120', longestSeries);
      // One sample a second: so many before a moment make up the window that ends in it.
      const window = Math.round(seconds('window', query.window ?? '1', longestWindow));
      const samples = history.since(service, from - window);
      const shown = samples.flatMap(({ at }, index) => (index > 0 && at >= from ? [{ at, index }] : []));
      const route = query.route || undefined;
      return {
        times: shown.map(({ at }) => at),
        values: shown.map(
          ({ index }) => readSignal(samples.slice(Math.max(0, index - window), index + 1), signal, route).value,
        ),
      };
    });

    const files = { '/board/': 'page.html', '/board/page.js': 'page.js' };
    for (const [url, file] of Object.entries(files)) serve(app, url, path.join(projectRoot, 'lab/board', file));
    for (const file of ['uPlot.esm.js', 'uPlot.min.css']) {
      serve(app, `/board/${file}`, path.join(projectRoot, 'node_modules/uplot/dist', file));
    }
    app.get('/board', async (_request, reply) => reply.redirect('/board/'));
  }

  /** @returns the board's own address, known to the front door only */
  async listen(): Promise<string> {
    return this.app.listen({ host: '127.0.0.1', port: 0 });
  }

  async close(): Promise<void> {
    await this.app.close();
  }
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

function serve(app: FastifyInstance, url: string, file: string): void {
  app.get(url, async (_request, reply) =>
    reply.type(types[path.extname(file)] ?? 'text/plain').send(await readFile(file)),
  );
}

function known({ service = '', signal = '' }: SignalQuery): { service: string; signal: Signal } {
  if (!podNames.some((name) => name === service)) {
    throw badRequest(`unknown service '${service}'; there are: ${podNames.join(', ')}`);
  }
  if (!isSignal(signal)) {
    throw badRequest(`unknown signal '${signal}'; there are: ${Object.keys(signals).join(', ')}`);
  }
  return { service, signal };
}

function isSignal(name: string): name is Signal {
  return Object.hasOwn(signals, name);
}

function seconds(name: string, text: string, most: number): number {
  const value = Number(text);
  if (text !== '' && value >= 1 && value <= most) return value;
  throw badRequest(`${name} '${text}' is not a number of seconds from 1 to ${most}`);
}

function badRequest(message: string): Error {
  return Object.assign(new Error(message), { statusCode: 400 });
}
