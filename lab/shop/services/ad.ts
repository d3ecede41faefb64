import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ServiceError } from '../runtime/calls.ts';
import type { Setup } from '../runtime/service.ts';
import { evenShare } from '../runtime/share.ts';
import { fragileProduct, misreadProduct } from './products.ts';

const ads = [
  { category: 'telescopes', productId: fragileProduct, text: 'Your first telescope: a fifth off this week.' },
  { category: 'accessories', productId: misreadProduct, text: 'Clean glass, clear sky: the care kit.' },
  { category: 'binoculars', productId: '2ZYFJ3GM2N', text: 'Binoculars that do not mind the rain.' },
  { category: 'travel', productId: '6E92ZMYYFZ', text: 'Next eclipse? Filters that fit your bag.' },
  { category: 'books', productId: 'HQTGWGPNH4', text: 'Buy one comet book, get a second one.' },
];

/** Serves advertisements; three flags make it fail, burn processor time, or collect garbage by hand. */
export const ad: Setup = ({ app, flags, every }) => {
  const fails = evenShare();
  let served = 0;

  app.get<{ Querystring: { category?: string } }>('/ads', async ({ query: { category } }) => {
    if ((await flags.on('adFailure')) && fails(0.1)) throw new ServiceError(503, 'no ads: adFailure is on');
    served += 1;
    const fitting = ads.filter((each) => each.category === category);
    const pool = fitting.length > 0 ? fitting : ads;
    return { ads: [pool[served % pool.length]] };
  });

  every(500, async () => {
    while (await flags.on('adHighCpu')) await burn(500);
  });

  let collect: (() => void) | undefined;
  every(500, async () => {
    if (!(await flags.on('adManualGc'))) return;
    collect ??= manualCollector();
    const live = liveHeap();
    while (await flags.on('adManualGc')) {
      collect();
      await sleep(60);
    }
    live.clear();
  });
  return {};
};

// In short slices, so that requests are still answered in between, slowly.
async function burn(ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (performance.now() < end) {
    const pause = performance.now() + 40;
    while (performance.now() < pause) Math.sqrt(pause);
    await sleep(4);
  }
}

// The flag can be set at run time only, as worker threads take no V8 options.
function manualCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

// A full collection takes time in proportion to what is alive.
function liveHeap(): Map<number, { index: number; text: string[] }> {
  const live = new Map<number, { index: number; text: string[] }>();
  for (let index = 0; index < 150_000; index += 1) live.set(index, { index, text: [`ad ${index}`] });
  return live;
}
