import Table from 'cli-table3';
import { withManyFlags } from './lateness/lab.ts';
import { latenessOf, type Many, runMany } from './lateness/many.ts';
import { median } from './measure.ts';

/**
 * How many at once, how often, how long (ms) until all of a run have begun and have their deadlines, and over what time (ms)
 * those are spread.
 */
const sizes = [
  { count: 1, rounds: 9, hold: 2_000, widths: [0] },
  { count: 100, rounds: 5, hold: 25_000, widths: [0] },
  { count: 1_000, rounds: 3, hold: 240_000, widths: [0, 60_000] },
  { count: 5_000, rounds: 1, hold: 1_100_000, widths: [0] },
];

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
  for (const { count, rounds, hold, widths } of sizes.filter((size) => size.count <= largest)) {
    for (const width of widths) {
      const runs = await withManyFlags(count, async (client, file, scenarios) => {
        const taken: Many[] = [];
        for (let round = 0; round < rounds; round += 1) {
          const run = await runMany(client, file, scenarios, hold, (index) => (width * index) / count);
          // an hour of measuring shall not be lost with its last run
          process.stderr.write(`${count} at once: ${described(run)}\n`);
          taken.push(run);
        }
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

function described(run: Many): string {
  const [middle, most, last] = [0.5, 0.99, 1].map((share) => percentile(run, share));
  const ramp = (run.ramp / 1_000).toFixed(0);
  return `median ${middle} ms, 99th percentile ${most} ms, last ${last} ms, all active after ${ramp} s`;
}

function percentile({ restores }: Many, share: number): number {
  const restore = restores[Math.min(restores.length - 1, Math.floor(restores.length * share))];
  return restore ? latenessOf(restore) : Number.NaN;
}
