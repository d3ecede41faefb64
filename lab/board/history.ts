import type { Report } from '../shop/messages.ts';

const keptSeconds = 15 * 60;
// Half the time between samples: the window begins with the sample nearest to it.
const slackSeconds = 0.5;

const blank: Report = {
  requests: [],
  loopActive: 0,
  loopIdle: 0,
  gcSeconds: 0,
  summaries: { accurate: 0, inaccurate: 0 },
  heapUsed: 0,
  retainedBytes: 0,
  lag: null,
};

/** One second of one service. */
export interface Sample {
  /** epoch seconds */
  at: number;
  /** which life of the thread this is; its counters begin anew in each */
  life: number;
  ready: boolean;
  report: Report;
}

/** The last quarter of an hour of every service, in memory. */
export class History {
  private readonly samples = new Map<string, Sample[]>();

  /** Adds a sample; without a report (the thread is too busy, or not there yet) the life's last known numbers stand. */
  add(service: string, sample: Omit<Sample, 'report'> & { report: Report | null }): void {
    const known = this.samples.get(service) ?? [];
    const last = known.at(-1);
    const report = sample.report ?? (last?.life === sample.life ? last.report : blank);
    known.push({ ...sample, report });
    while ((known[0]?.at ?? 0) < sample.at - keptSeconds) known.shift();
    this.samples.set(service, known);
  }

  /** Samples from about `from` on (epoch seconds), and never one alone, as differences need two; none if all are older. */
  since(service: string, from: number): Sample[] {
    const known = this.samples.get(service) ?? [];
    const newest = known.at(-1);
    if (newest === undefined || newest.at < from - slackSeconds) return [];
    let first = known.length - 1;
    while (first > 0 && (known[first - 1]?.at ?? 0) >= from - slackSeconds) first -= 1;
    return known.slice(Math.min(first, Math.max(known.length - 2, 0)));
  }
}
