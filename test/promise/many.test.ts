import { expect, it, vi } from 'vitest';
import { withManyFlags } from '../../bench/lateness/lab.ts';
import { runMany } from '../../bench/lateness/many.ts';
import { caseTable } from './support/table.ts';

const report = caseTable('1,000 incidents at once');
const count = 1_000;

/** ms in which all have to begin and to be given their deadlines: half as much again as they need beside other tests. */
const hold = 330_000;
vi.setConfig({ testTimeout: 1_200_000 });

/** ms after the first deadline: half of them share that, and while these are being closed the others fall due, one by one. */
const after = (index: number): number => Math.max(0, index - count / 2) * 60;

it('1,000 that are active together are all injected, and all withdrawn in time', async () => {
  await withManyFlags(count, async (client, file, scenarios) => {
    const { lateness, ramp, closing } = await runMany(client, file, scenarios, hold, after);
    const p99 = lateness[Math.floor(count * 0.99)] ?? Infinity;
    expect(lateness).toHaveLength(count);
    expect(p99).toBeLessThan(3_000);
    const told = `p50 ${lateness[count / 2]} ms; all active after ${seconds(ramp)}, all closed ${seconds(closing)} later`;
    report({ name: 'half with one deadline, half in the 30 s after it; 99th percentile', late: p99, told });
  });
});

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(0)} s`;
