import Table from 'cli-table3';
import { withManyFlags } from './lateness/lab.ts';
import { type Many, runMany } from './lateness/many.ts';
import { median } from './measure.ts';

/** How many at once, how often, and how long (ms) until all of a run have begun and have their deadlines. */
const sizes = [
  { count: 1, rounds: 9, hold: 2_000 },
  { count: 100, rounds: 5, hold: 25_000 },
  { count: 1_000, rounds: 3, hold: 150_000 },
  { count: 5_000, rounds: 1, hold: 700_000 },
];
const spread = 60_000;

/**
 * How late rollbacks come, with one deadline for all and with deadlines spread over a minute. `largest`: only up to so many
 * at once (all of it takes an hour).
 */
export async function lateness(largest = Infinity): Promise<string> {
  const table = new Table({
    head: [
      'incidents at once',
      'deadlines',
      'runs',
      'late, median ms',
      '99th percentile ms',
      'last ms',
      'all active, s',
    ],
  });
  for (const { count, rounds, hold } of sizes.filter((size) => size.count <= largest)) {
    for (const width of count < 1_000 ? [0] : [0, spread]) {
      const runs = await withManyFlags(count, async (client, file, scenarios) => {
        const taken: Many[] = [];
        for (let round = 0; round < rounds; round += 1) taken.push(await runMany(client, file, scenarios, hold, width));
        return taken;
      });
      const figure = (of: (run: Many) => number): string => median(runs.map(of)).toFixed(0);
      table.push([
        count,
        width === 0 ? 'one' : `over ${width / 1_000} s`,
        rounds,
        figure((run) => percentile(run, 0.5)),
        figure((run) => percentile(run, 0.99)),
        figure((run) => percentile(run, 1)),
        figure((run) => run.ramp / 1_000),
      ]);
    }
  }
  return [
    table.toString(),
    'From the deadline in the ledger until the flag file is seen without the fault; medians over the runs. Aim: 99th',
    'percentile at most 1,000 ms. With many at once it is the reconciler that withdraws, a tenth of a second after the deadline.',
  ].join('\n');
}

function percentile({ lateness: sorted }: Many, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
