import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../../environments/root.ts';
import type { ServiceState } from '../../../lab/board/board.ts';
import { Meter } from '../../support/meter.ts';
import { patience } from '../../support/patience.ts';
import { metricsOf, requestsTo, run, visitor } from './running.ts';
import type { Running } from './running.ts';

let shop: Running;
beforeAll(async () => {
  shop = await run();
});
afterAll(async () => shop.stop());

const board = async (route: string): Promise<unknown> => (await fetch(`${shop.url}/board/api/${route}`)).json();
const state = async (service: string): Promise<ServiceState | undefined> =>
  ((await board('services')) as ServiceState[]).find(({ name }) => name === service);

describe('flows', () => {
  it.each([
    ['home page', '/', ['frontend /', 'product-catalog /products', 'currency /convert', 'ad /ads']],
    ['recommendations', '/', ['recommendation /recommendations']],
    [
      'product page',
      '/product/L9ECAV7KIM',
      ['product-catalog /products/:productId', 'product-reviews /reviews/:productId', 'llm /v1/chat/completions'],
    ],
    ['search', '/search?q=comet', ['product-catalog /search', 'frontend /search']],
    ['image', '/images/products/OLJCESPC7Z.svg', ['image-provider /images/products/:file']],
    ['cart page', '/cart', ['cart /cart/get']],
  ])('%s reaches its services', async (_name, page, reached) => {
    const count = async (each: string): Promise<number> => {
      const [service = '', route = ''] = each.split(' ');
      return requestsTo(shop.url, service, route);
    };
    const before = await Promise.all(reached.map(count));
    expect((await visitor(shop.url, 'reader').get(page)).status).toBe(200);
    await expect
      .poll(async () => {
        const after = await Promise.all(reached.map(count));
        return after.map((value, index) => value > (before[index] ?? 0));
      }, patience)
      .toEqual(reached.map(() => true));
  });

  it('sells abroad: the cart becomes an order that accounting and fraud-detection read, and is empty afterwards', async () => {
    const buyer = visitor(shop.url, 'buyer');
    await buyer.add('OLJCESPC7Z', 2);
    await buyer.add('L9ECAV7KIM');
    const order = (await (await buyer.checkout('Japan')).json()) as { total: number; shippingCost: number };
    // 2 × 101.96 + 21.95 dollars and shipping of three items, in euros.
    expect(order.shippingCost).toBeCloseTo((4.99 + 3 * 1.85) / 1.13, 1);
    expect(order.total).toBeCloseTo((2 * 101.96 + 21.95) / 1.13 + order.shippingCost, 1);
    expect(await (await buyer.get('/api/cart')).json()).toMatchObject({ items: [] });

    const accounting = await state('accounting');
    await expect
      .poll(async () => (await fetch(`${accounting?.url}/totals`)).json(), patience)
      .toEqual({ EUR: { orders: 1, total: order.total } });
    const fraud = await state('fraud-detection');
    await expect
      .poll(async () => (await fetch(`${fraud?.url}/findings`)).json(), patience)
      .toMatchObject({ checked: 1 });
    for (const [service, route] of [
      ['checkout', '/place-order'],
      ['shipping', '/get-quote'],
      ['quote', '/quote'],
      ['payment', '/charge'],
      ['shipping', '/ship-order'],
      ['cart', '/cart/empty'],
      ['email', '/send-order-confirmation'],
      ['kafka', '/topics/orders/produce'],
    ] as const) {
      const reached = { service, route, requests: await requestsTo(shop.url, service, route) };
      expect(reached).toEqual({ service, route, requests: 1 });
    }
  });

  it('answers what it cannot do with a client error', async () => {
    expect((await visitor(shop.url, 'nobody').checkout()).status).toBe(422);
    expect((await fetch(`${shop.url}/product/NONE`)).status).toBe(404);
    expect((await fetch(`${shop.url}/nowhere`)).status).toBe(404);
  });
});

describe('metrics', () => {
  it('are valid Prometheus text, and leave out metrics, probes and the board', async () => {
    const text = await metricsOf(shop.url, 'product-reviews');
    const line = /^(# (HELP|TYPE) \w+ .+|[a-z_]+(\{(\w+="[^"]*",?)+\})? -?[\d.e+-]+)$/;
    expect(text.split('\n').filter((each) => each !== '' && !line.test(each))).toEqual([]);
    for (const name of [
      'service_heap_used_bytes',
      'service_event_loop_utilization',
      'service_gc_seconds_total',
      'service_retained_bytes',
      'service_ready 1',
      'product_summaries_total{accurate="true"}',
    ]) {
      expect(text).toContain(`\n${name}`);
    }
    for (const service of ['product-reviews', 'frontend-proxy']) {
      expect(await metricsOf(shop.url, service)).not.toMatch(/route="\/(metrics|ready|health|board)/);
    }
    await expect.poll(async () => metricsOf(shop.url, 'kafka'), patience).toMatch(/^orders_lag 0$/m);
  });
});

describe('board', () => {
  it('lists the services, all ready, on the front door', async () => {
    const services = (await board('services')) as ServiceState[];
    expect(services.map(({ name }) => name)).toContain('load-generator');
    expect(services.filter(({ ready, restarts }) => !ready || restarts > 0)).toEqual([]);
    const page = await fetch(`${shop.url}/board`);
    expect(await page.text()).toContain('<script type="module" src="page.js">');
    for (const file of ['page.js', 'uPlot.esm.js', 'uPlot.min.css']) {
      const { status, url } = await fetch(`${shop.url}/board/${file}`);
      expect({ url, status }).toEqual({ url, status: 200 });
    }
  });

  it.each([
    ['indicator?service=bank&signal=cpu', "unknown service 'bank'"],
    ['indicator?service=ad&signal=joy', "unknown signal 'joy'"],
    ['indicator?service=ad&signal=cpu&window=301', "window '301'"],
    ['series?service=ad&signal=cpu&seconds=x', "seconds 'x'"],
  ])('refuses %s', async (route, message) => {
    const response = await fetch(`${shop.url}/board/api/${route}`);
    expect(response.status).toBe(400);
    expect(((await response.json()) as { message: string }).message).toContain(message);
  });

  it('reads incidents from the ledger, and does without it', async () => {
    expect(await board('incidents')).toEqual([]);
    const record = { id: 'i-1', flag: 'adFailure', state: 'open', until: '2030-01-01T00:00:00.000Z' };
    await writeFile(shop.ledger, JSON.stringify({ records: { 'i-1': { ...record, owner: {} }, broken: 7 } }));
    expect(await board('incidents')).toEqual([record]);
    await writeFile(shop.ledger, '{');
    expect(await board('incidents')).toEqual([]);
  });
});

describe('faults', () => {
  afterEach(async () => shop.set({}));

  it('paymentFailure fails checkouts, and shows in the indicator and the series', async () => {
    await shop.set({ paymentFailure: '100%' });
    const buyer = visitor(shop.url, 'unlucky');
    await buyer.add('HQTGWGPNH4');
    const indicator = 'service=payment&signal=error_ratio&route=/charge';
    await expect
      .poll(async () => {
        await buyer.checkout();
        return board(`indicator?${indicator}`);
      }, patience)
      .toMatchObject({ value: 1 });
    expect((await buyer.checkout()).status).toBe(500);
    const series = (await board(`series?${indicator}&seconds=60`)) as { times: number[]; values: (number | null)[] };
    expect(series.values).toContain(1);
    expect(series.times).toHaveLength(series.values.length);
  });

  it('failedReadinessProbe takes cart out of the endpoints, and back', async () => {
    await shop.set({ failedReadinessProbe: 'on' });
    await expect.poll(async () => (await state('cart'))?.ready, patience).toBe(false);
    const refused = await visitor(shop.url, 'reader').get('/api/cart');
    expect(refused.status).toBe(503);
    expect(await refused.text()).toContain('cart has no endpoints');
    expect(await board('indicator?service=cart&signal=unready')).toMatchObject({ value: 1 });
    await shop.set({});
    await expect.poll(async () => (await visitor(shop.url, 'reader').get('/api/cart')).status, patience).toBe(200);
  });

  it('emailMemoryLeak 10000x gets email killed and started again', async () => {
    await shop.set({ emailMemoryLeak: '10000x' });
    const buyer = visitor(shop.url, 'mailed');
    await expect
      .poll(async () => {
        await buyer.add('HQTGWGPNH4');
        await buyer.checkout();
        return (await state('email'))?.restarts;
      }, patience)
      .toBeGreaterThan(0);
    await shop.set({});
    await expect.poll(async () => state('email'), patience).toMatchObject({ ready: true });
    const growth = (await board('indicator?service=email&signal=retained_growth')) as { value: number };
    expect(growth.value).toBeGreaterThanOrEqual(0);
  });

  it('cartFailure is a number in 3.0.0 and a boolean in 2.2.0', async () => {
    const visit = visitor(shop.url, 'emptier');
    for (const [variant, version] of [
      ['100%', '3.0.0'],
      ['on', '2.2.0'],
    ] as const) {
      await shop.set({ cartFailure: variant }, version);
      await expect.poll(async () => (await visit.empty()).status, patience).toBe(500);
      await shop.set({}, version);
      await expect.poll(async () => (await visit.empty()).status, patience).toBe(200);
    }
  });

  it('while the flag daemon is away the shop goes on as if no flag were set', async () => {
    await shop.set({ paymentFailure: '100%' });
    const buyer = visitor(shop.url, 'patient');
    await buyer.add('HQTGWGPNH4');
    await expect.poll(async () => (await buyer.checkout()).status, patience).toBe(500);
    await shop.stopFlagd();
    await expect.poll(async () => (await buyer.checkout()).status, patience).toBe(200);
    await shop.set({});
    await shop.startFlagd();
  });
});

describe('process', () => {
  const main = path.join(projectRoot, 'dist/lab/shop/main.js');

  it('refuses a taken port and bad arguments in one line', async () => {
    const taken = await execa(process.execPath, [main, '--port', new URL(shop.url).port], { reject: false });
    expect(taken.exitCode).toBe(1);
    expect(taken.stderr).toMatch(/^the shop cannot listen on port \d+: .*EADDRINUSE.*$/);
    const bad = await execa(process.execPath, [main, '--port', 'x'], { reject: false });
    expect(bad.exitCode).toBe(2);
    expect(bad.stderr.split('\n')).toHaveLength(1);
  });

  // The last test: it ends the shop.
  it('ends at once on SIGTERM', async () => {
    const meter = new Meter(() => (shop.pid === undefined ? [] : [shop.pid]));
    const started = Date.now();
    await shop.stop();
    const ended = Date.now();
    meter.stop();
    expect(ended - started).toBeLessThan(2_000 + meter.between(started, ended));
    await expect(fetch(shop.url)).rejects.toThrow('fetch failed');
  });
});
