import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { expect, vi } from 'vitest';
import { freePort } from '../../../bench/free-port.ts';
import { projectRoot } from '../../../environments/root.ts';

export interface FlagDocument {
  flags: Record<
    string,
    { state: string; defaultVariant: string; variants: Record<string, unknown>; targeting?: unknown }
  >;
}

/** A shop with its flag daemon, both from dist/, as the lab runs them. */
export interface Running {
  url: string;
  ledger: string;
  /** Puts flags to other variants, and all others back to what that version of the demo ships. */
  set: (variants: Record<string, string>, version?: Version) => Promise<void>;
  stopFlagd: () => Promise<void>;
  startFlagd: () => Promise<void>;
  stop: () => Promise<void>;
  pid: number | undefined;
}

type Version = '3.0.0' | '2.2.0';

async function demoFlags(version: Version): Promise<FlagDocument> {
  return JSON.parse(
    await readFile(path.join(projectRoot, `lab/flags/demo-${version}.flagd.json`), 'utf8'),
  ) as FlagDocument;
}

const start = (program: string, args: string[]) =>
  execa(process.execPath, [path.join(projectRoot, 'dist/lab', program), ...args], { reject: false, all: true });

export async function run(): Promise<Running> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'shop-'));
  const file = path.join(dir, 'flags.json');
  const ledger = path.join(dir, 'ledger.json');
  const [port, ofrepPort] = [await freePort(), await freePort()];

  const write = async (document: FlagDocument): Promise<void> => {
    await writeFile(`${file}.next`, JSON.stringify(document));
    await rename(`${file}.next`, file);
  };
  const set: Running['set'] = async (variants, version = '3.0.0') => {
    const document = await demoFlags(version);
    // A shop without load is easier to observe; 2.2.0 has no such flag, so it is added.
    document.flags['loadGeneratorTraffic'] ??= { state: 'ENABLED', defaultVariant: 'on', variants: { on: 1, off: 0 } };
    for (const [flag, variant] of Object.entries({ loadGeneratorTraffic: 'off', ...variants })) {
      const definition = document.flags[flag];
      if (definition === undefined) throw new Error(`${version} has no flag ${flag}`);
      definition.defaultVariant = variant;
    }
    await write(document);
  };
  await set({});

  const flagdArgs = ['--port', String(ofrepPort), '--file', file];
  let flagd = start('flagd/main.js', flagdArgs);
  const ofrep = `http://127.0.0.1:${ofrepPort}`;
  const shop = start('shop/main.js', ['--port', String(port), '--ofrep', ofrep, '--ledger', ledger]);
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    shop.kill('SIGTERM');
    flagd.kill('SIGTERM');
    await Promise.all([shop, flagd]);
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await vi.waitFor(async () => expect((await fetch(`${url}/health`)).status).toBe(200), {
      timeout: 60_000,
      interval: 100,
    });
  } catch (error) {
    await stop();
    throw new Error(`the shop did not start:\n${(await shop).all}`, { cause: error });
  }
  return {
    url,
    ledger,
    set,
    stopFlagd: async () => {
      flagd.kill('SIGKILL');
      await flagd;
    },
    startFlagd: async () => {
      flagd = start('flagd/main.js', flagdArgs);
    },
    stop,
    pid: shop.pid,
  };
}

/** The text of every service's /metrics, by service. */
export async function metricsOf(url: string, service: string): Promise<string> {
  const services = (await (await fetch(`${url}/board/api/services`)).json()) as { name: string; url: string }[];
  const found = services.find(({ name }) => name === service);
  return (await fetch(`${found?.url}/metrics`)).text();
}

/** How many requests a service has answered on a route. */
export async function requestsTo(url: string, service: string, route: string): Promise<number> {
  const text = await metricsOf(url, service);
  return text
    .split('\n')
    .filter(
      (line) => line.startsWith('http_server_request_duration_seconds_count') && line.includes(`route="${route}"`),
    )
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** One user with a session of their own. */
export function visitor(url: string, session: string) {
  const headers = { cookie: `shop_session=${session}`, 'content-type': 'application/json' };
  const send = async (method: string, route: string, body?: unknown): Promise<Response> =>
    fetch(url + route, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  return {
    get: async (route: string) => fetch(url + route, { headers: { cookie: headers.cookie } }),
    add: async (productId: string, quantity = 1) => send('POST', '/api/cart', { productId, quantity }),
    empty: async () => fetch(`${url}/api/cart`, { method: 'DELETE', headers: { cookie: headers.cookie } }),
    checkout: async (country = 'United States') =>
      send('POST', '/api/checkout', {
        email: 'test@example.com',
        userCurrency: 'EUR',
        address: { streetAddress: '1', city: 'A', state: 'B', country, zipCode: '1' },
        creditCard: { number: '4242424242424242', expirationYear: 2099, expirationMonth: 1 },
      }),
  };
}
