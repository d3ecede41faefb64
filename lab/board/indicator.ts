import type { Signal } from '../../scenarios/signals.ts';
import { latencyBuckets } from '../shop/messages.ts';
import type { Report, RequestCounts } from '../shop/messages.ts';
import type { Sample } from './history.ts';

/** `value` is null where there was nothing to measure; `samples` is the number of observations it rests on. */
export interface Reading {
  value: number | null;
  samples: number;
}

const nothing: Reading = { value: null, samples: 0 };

/**
 * Reads one signal off consecutive samples of one service. Counters are compared between the first and the last sample;
 * where a thread was started again, what each life counted is added up.
 * @param route restricts request_rate, error_ratio, latency_mean and latency_p95 to one route
 */
export function readSignal(samples: readonly Sample[], signal: Signal, route?: string): Reading {
  const last = samples.at(-1);
  const first = samples[0];
  if (last === undefined || first === undefined) return nothing;
  if (signal === 'unready') return { value: last.ready ? 0 : 1, samples: 1 };
  if (signal === 'queue_lag') return { value: last.report.lag, samples: last.report.lag === null ? 0 : 1 };

  const seconds = last.at - first.at;
  if (samples.length < 2 || seconds <= 0) return nothing;
  const grown = (of: (report: Report) => number): number => growth(samples, of);
  const perSecond = (amount: number): Reading => ({ value: amount / seconds, samples: samples.length - 1 });

  if (signal === 'retained_growth')
    return perSecond(
      Math.max(
        0,
        grown((report) => report.retainedBytes),
      ),
    );
  if (signal === 'gc_ratio') return perSecond(grown((report) => report.gcSeconds));
  if (signal === 'cpu') {
    const active = grown((report) => report.loopActive);
    return ratio(active, active + grown((report) => report.loopIdle), samples.length - 1);
  }
  if (signal === 'mismatch_ratio') {
    const wrong = grown((report) => report.summaries.inaccurate);
    return ratio(wrong, wrong + grown((report) => report.summaries.accurate));
  }

  const sum = (of: (counts: RequestCounts) => number): number =>
    grown((report) =>
      report.requests.reduce(
        (total, counts) => (route === undefined || counts.route === route ? total + of(counts) : total),
        0,
      ),
    );
  const count = sum((counts) => counts.count);
  if (signal === 'request_rate') return { value: count / seconds, samples: count };
  if (signal === 'error_ratio')
    return ratio(
      sum((counts) => (isError(counts.status) ? counts.count : 0)),
      count,
    );
  if (signal === 'latency_mean')
    return ratio(
      sum((counts) => counts.sum),
      count,
      count,
    );
  const cumulative = latencyBuckets.map((_, index) => sum((counts) => counts.buckets[index] ?? 0));
  return { value: quantile(0.95, cumulative, count), samples: count };
}

/** Server errors, and refusals for want of capacity. */
function isError(status: number): boolean {
  return status >= 500 || status === 429;
}

function ratio(part: number, whole: number, samples = whole): Reading {
  return whole > 0 ? { value: part / whole, samples } : nothing;
}

function growth(samples: readonly Sample[], of: (report: Report) => number): number {
  let total = 0;
  let base: Sample | undefined;
  let previous: Sample | undefined;
  for (const sample of samples) {
    if (previous !== undefined && base !== undefined && sample.life !== previous.life) {
      total += of(previous.report) - of(base.report);
      base = undefined;
    }
    if (previous === undefined) base = sample;
    previous = sample;
    if (base === undefined) {
      // A new life counts from nothing.
      total += of(sample.report);
      base = sample;
    }
  }
  return previous !== undefined && base !== undefined ? total + of(previous.report) - of(base.report) : total;
}

/**
 * The quantile of a cumulative histogram, interpolated within its bucket as Prometheus' histogram_quantile does; beyond
 * the last bound it is that bound.
 */
function quantile(q: number, cumulative: readonly number[], count: number): number | null {
  if (count <= 0) return null;
  const rank = q * count;
  const index = cumulative.findIndex((atMost) => atMost >= rank);
  const upper = latencyBuckets[index];
  if (upper === undefined) return latencyBuckets.at(-1) ?? null;
  const lower = latencyBuckets[index - 1] ?? 0;
  const below = cumulative[index - 1] ?? 0;
  const inside = (cumulative[index] ?? 0) - below;
  return inside > 0 ? lower + ((upper - lower) * (rank - below)) / inside : upper;
}
