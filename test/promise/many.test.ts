import { expect, it } from 'vitest';
import { withManyFlags } from '../../bench/lateness/lab.ts';
import { runMany } from '../../bench/lateness/many.ts';
import { caseTable } from './support/table.ts';

// 1,000 incidents active together on one lab
const report = caseTable('1,000 incidents at once');
const count = 1_000;

it.each([
  ['one deadline', 0],
  ['deadlines spread over a minute', 60_000],
])('with %s: all are injected, all withdrawn in time', async (name, spread) => {
  await withManyFlags(count, async (client, file, scenarios) => {
    const { lateness, ramp, closing } = await runMany(client, file, scenarios, 180_000, spread);
    const p99 = lateness[Math.floor(count * 0.99)] ?? Infinity;
    expect(lateness).toHaveLength(count);
    expect(p99).toBeLessThan(3_000);
    const told = `p50 ${lateness[count / 2]} ms; all active after ${seconds(ramp)}, all closed ${seconds(closing)} later`;
    report({ name: `${name}, the 99th percentile`, late: p99, told });
  });
});

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(0)} s`;
