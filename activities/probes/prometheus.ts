import { setTimeout as delay } from 'node:timers/promises';
import type { Indicator, Receipt } from '../../workflows/contract.ts';
import { within } from '../within.ts';
import type { Indicators } from './indicator.ts';

/** Over how long before the fault the range is taken, and how dense (s). */
const past = 600;
const step = 15;
/** How long the indicator may take to come back: its queries look five minutes back (ms). */
const settleLimit = 6 * 60_000;
const lookEvery = 5_000;
const answerWithin = 5_000;
/** By what share of the scenario's bound a value may be outside the range before and still count as inside: traffic is uneven. */
const slack = 0.1;

/** Reads scenarios' indicators from a Prometheus; `base` is where this process reaches it. */
export class PrometheusIndicators implements Indicators {
  readonly window = 5 * 60_000;
  readonly #base: () => Promise<string>;

  constructor(base: () => Promise<string>) {
    this.#base = base;
  }

  /** The value now, and for moment `before` its range over the last ten minutes. Throws where Prometheus does not answer. */
  async read(indicator: Indicator, moment: Receipt['moment'], signal: AbortSignal): Promise<Receipt> {
    const value = await this.#value(indicator, signal);
    const receipt = {
      ...receiptOf(indicator, moment, value),
      ...(moment === 'before' ? { low: value, high: value } : {}),
    };
    if (moment !== 'before') return receipt;
    const values = await this.#values(indicator, signal);
    if (values.length === 0) return receipt;
    // a query that finds nothing has no value: a share of errors while there is none
    const gaps = values.length <= past / step;
    return { ...receipt, low: Math.min(...values), high: Math.max(...values), gaps };
  }

  /** Reads until the value is inside its range before again, six minutes at most; `back` says whether it is. */
  async settle(indicator: Indicator, before: Receipt | undefined, signal: AbortSignal): Promise<Receipt> {
    const end = performance.now() + settleLimit;
    for (;;) {
      const isOver = performance.now() > end;
      try {
        const value = await this.#value(indicator, signal);
        const back = isBack(indicator, value, before);
        if (back || isOver) return { ...receiptOf(indicator, 'after', value), back };
      } catch (error) {
        // its pod may be replaced meanwhile; one that never answered is no Prometheus
        if (isOver || signal.aborted || !before) throw error;
      }
      await delay(lookEvery, undefined, { signal });
    }
  }

  async #value({ query = '' }: Indicator, signal: AbortSignal): Promise<number | null> {
    const [found] = await this.#ask<{ value: Point }>('query', { query }, signal);
    return found ? numberIn(found.value) : null;
  }

  async #values({ query = '' }: Indicator, signal: AbortSignal): Promise<number[]> {
    const now = Date.now() / 1_000;
    const range = { query, start: String(now - past), end: String(now), step: String(step) };
    const [found] = await this.#ask<{ values: Point[] }>('query_range', range, signal);
    return (found?.values ?? []).map(numberIn).filter((value) => value !== null);
  }

  async #ask<T>(path: string, parameters: Record<string, string>, signal: AbortSignal): Promise<T[]> {
    const url = `${await this.#base()}api/v1/${path}?${new URLSearchParams(parameters).toString()}`;
    const answer = await within(answerWithin, signal, async (limit) => {
      const response = await fetch(url, { signal: limit });
      return (await response.json()) as { status: string; error?: string; data?: { result: T[] } };
    });
    if (answer.status !== 'success') throw new Error(`Prometheus refuses the query: ${answer.error}`);
    return answer.data?.result ?? [];
  }
}

type Point = [time: number, value: string];

/** PromQL writes a division of nothing by nothing as NaN. */
function numberIn([, text]: Point): number | null {
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

function receiptOf(indicator: Indicator, moment: Receipt['moment'], value: number | null): Receipt {
  const { title, above = Infinity, below = -Infinity } = indicator;
  const faulty = value !== null && (value > above || value < below);
  return { witness: 'indicator', moment, at: new Date().toISOString(), title, value, faulty };
}

/** On the side on which the scenario tells of its fault; where nothing is known of before, by the scenario's bound alone. */
export function isBack({ above, below }: Indicator, value: number | null, before: Receipt | undefined): boolean {
  const { low, high, gaps }: Partial<Receipt> = before ?? {};
  if (value === null) return typeof high !== 'number' || gaps === true;
  if (above !== undefined)
    return value <= (typeof high === 'number' ? Math.max(high, 0) + slack * Math.abs(above) : above);
  const bound = below ?? -Infinity;
  return value >= (typeof low === 'number' ? low - slack * Math.abs(bound) : bound);
}
