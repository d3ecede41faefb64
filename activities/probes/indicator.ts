import { setTimeout as delay } from 'node:timers/promises';
import type { Indicator, Receipt } from '../../workflows/contract.ts';
import { within } from '../within.ts';

/** How long the indicator may take to come back after a rollback before it is reported as it is (ms). */
const settleLimit = 15_000;

/** Where scenarios' indicators are read. */
export interface Indicators {
  /** how long after the fault an indicator is full of it (ms) */
  readonly window: number;
  read(indicator: Indicator, moment: Receipt['moment'], signal: AbortSignal): Promise<Receipt>;
  /** Reads until the indicator tells that all is as before, within bounds; the receipt says whether it does. */
  settle(indicator: Indicator, before: Receipt | undefined, signal: AbortSignal): Promise<Receipt>;
}

/** Reads scenarios' indicators from the embedded shop's board. */
export class ShopIndicators implements Indicators {
  readonly window = 6_000;
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
  }

  /** The indicator's value over the last 5 s, and whether it tells of the fault. Throws where the shop does not answer. */
  async read(indicator: Indicator, moment: Receipt['moment'], signal: AbortSignal): Promise<Receipt> {
    const { title, service, route, above = Infinity, below = -Infinity } = indicator;
    const url = new URL('/board/api/indicator', this.#base);
    url.searchParams.set('service', service);
    url.searchParams.set('signal', indicator.signal);
    if (route) url.searchParams.set('route', route);
    const { value } = await within(2_000, signal, async (limit) => {
      const response = await fetch(url, { signal: limit });
      if (!response.ok) throw new Error(`${url.pathname} answered ${response.status}`);
      return (await response.json()) as { value: number | null };
    });
    const faulty = value !== null && (value > above || value < below);
    return { witness: 'indicator', moment, at: new Date().toISOString(), title, value, faulty };
  }

  /** Reads until the indicator no longer tells of the fault, 15 s at most. */
  async settle(indicator: Indicator, _before: Receipt | undefined, signal: AbortSignal): Promise<Receipt> {
    const end = performance.now() + settleLimit;
    for (;;) {
      const receipt = await this.read(indicator, 'after', signal);
      if (!receipt['faulty'] || performance.now() > end) return receipt;
      await delay(500, undefined, { signal });
    }
  }
}
