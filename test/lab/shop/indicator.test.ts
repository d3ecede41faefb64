import { describe, expect, it } from 'vitest';
import { History } from '../../../lab/board/history.ts';
import type { Sample } from '../../../lab/board/history.ts';
import { readSignal } from '../../../lab/board/indicator.ts';
import { latencyBuckets } from '../../../lab/shop/messages.ts';
import type { Report, RequestCounts } from '../../../lab/shop/messages.ts';

const report = (partial: Partial<Report> = {}): Report => ({
  requests: [],
  loopActive: 0,
  loopIdle: 0,
  gcSeconds: 0,
  summaries: { accurate: 0, inaccurate: 0 },
  heapUsed: 0,
  retainedBytes: 0,
  lag: null,
  ...partial,
});
const sample = (at: number, partial: Partial<Report> = {}, life = 0, ready = true): Sample => ({
  at,
  life,
  ready,
  report: report(partial),
});
/** `count` requests that each took `each` seconds. */
const served = (route: string, status: number, count: number, each = 0.004): RequestCounts => ({
  route,
  status,
  count,
  sum: count * each,
  buckets: latencyBuckets.map((bound) => (each <= bound ? count : 0)),
});

describe('readSignal', () => {
  it('takes ratios, rates and means from the differences of counters, for one route or all', () => {
    const samples = [
      sample(100, { requests: [served('/a', 200, 10), served('/a', 500, 1), served('/b', 200, 5)] }),
      sample(102, { requests: [served('/a', 200, 16), served('/a', 500, 3), served('/b', 200, 7)] }),
    ];
    expect(readSignal(samples, 'request_rate')).toEqual({ value: 5, samples: 10 });
    expect(readSignal(samples, 'request_rate', '/a')).toEqual({ value: 4, samples: 8 });
    expect(readSignal(samples, 'error_ratio', '/a')).toEqual({ value: 0.25, samples: 8 });
    expect(readSignal(samples, 'error_ratio')).toEqual({ value: 0.2, samples: 10 });
    expect(readSignal(samples, 'latency_mean', '/b').value).toBeCloseTo(0.004);
  });

  it('counts 429 and 5xx as errors, other 4xx not', () => {
    const samples = [
      sample(1),
      sample(2, { requests: [served('/', 429, 1), served('/', 503, 1), served('/', 404, 1), served('/', 200, 1)] }),
    ];
    expect(readSignal(samples, 'error_ratio').value).toBe(0.5);
  });

  it('interpolates the 95th percentile within its bucket', () => {
    const samples = [sample(1), sample(2, { requests: [served('/', 200, 90, 0.004), served('/', 201, 10, 0.8)] })];
    expect(readSignal(samples, 'latency_p95').value).toBeCloseTo(0.75);
    const slow = [sample(1), sample(2, { requests: [served('/', 200, 1, 100)] })];
    expect(readSignal(slow, 'latency_p95').value).toBe(30);
  });

  it('adds up what each life of a restarted thread counted', () => {
    const samples = [
      sample(1, { requests: [served('/', 200, 100)], retainedBytes: 1000 }),
      sample(2, { requests: [served('/', 200, 110)], retainedBytes: 3000 }),
      sample(3, { requests: [served('/', 200, 4)], retainedBytes: 0 }, 1),
      sample(4, { requests: [served('/', 200, 6)], retainedBytes: 500 }, 1),
    ];
    expect(readSignal(samples, 'request_rate')).toEqual({ value: 16 / 3, samples: 16 });
    expect(readSignal(samples, 'retained_growth').value).toBeCloseTo(2500 / 3);
    expect(readSignal(samples.slice(1, 3), 'retained_growth').value).toBe(0);
  });

  it('gives null where there was no traffic, and zero for a rate', () => {
    const samples = [sample(1, { requests: [served('/', 200, 3)] }), sample(2, { requests: [served('/', 200, 3)] })];
    for (const signal of ['error_ratio', 'latency_mean', 'latency_p95', 'mismatch_ratio'] as const) {
      expect({ signal, ...readSignal(samples, signal) }).toEqual({ signal, value: null, samples: 0 });
    }
    expect(readSignal(samples, 'request_rate')).toEqual({ value: 0, samples: 0 });
    expect(readSignal([], 'cpu')).toEqual({ value: null, samples: 0 });
  });

  it('reads shares of time, summaries and the newest gauges', () => {
    const samples = [
      sample(1, { lag: 7 }),
      sample(3, { loopActive: 0.5, loopIdle: 1.5, gcSeconds: 0.2, summaries: { accurate: 3, inaccurate: 1 }, lag: 9 }),
    ];
    expect(readSignal(samples, 'cpu').value).toBe(0.25);
    expect(readSignal(samples, 'gc_ratio').value).toBeCloseTo(0.1);
    expect(readSignal(samples, 'mismatch_ratio')).toEqual({ value: 0.25, samples: 4 });
    expect(readSignal(samples, 'queue_lag').value).toBe(9);
    expect(readSignal([...samples, sample(4, {}, 0, false)], 'unready').value).toBe(1);
    expect(readSignal([sample(1)], 'queue_lag')).toEqual({ value: null, samples: 0 });
  });
});

describe('History', () => {
  it('gives the samples of a window, never one alone, and none that are too old', () => {
    const history = new History();
    for (let at = 1; at <= 20; at += 1) history.add('ad', { at, life: 0, ready: true, report: report() });
    expect(history.since('ad', 15.1).map(({ at }) => at)).toEqual([15, 16, 17, 18, 19, 20]);
    expect(history.since('ad', 20.2).map(({ at }) => at)).toEqual([19, 20]);
    expect(history.since('ad', 22)).toEqual([]);
    expect(history.since('llm', 1)).toEqual([]);
  });

  it('keeps a quarter of an hour', () => {
    const history = new History();
    for (let at = 1; at <= 1000; at += 1) history.add('ad', { at, life: 0, ready: true, report: report() });
    expect(history.since('ad', 0)).toHaveLength(901);
  });

  it('repeats the last numbers of a thread that is too busy to report, but not those of an earlier life', () => {
    const history = new History();
    history.add('ad', { at: 1, life: 0, ready: true, report: report({ retainedBytes: 5 }) });
    history.add('ad', { at: 2, life: 0, ready: false, report: null });
    history.add('ad', { at: 3, life: 1, ready: false, report: null });
    expect(history.since('ad', 1).map(({ report: { retainedBytes } }) => retainedBytes)).toEqual([5, 5, 0]);
  });
});
