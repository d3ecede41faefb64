import { expect, it, onTestFinished, vi } from 'vitest';
import { withManyFlags } from '../../bench/lateness/lab.ts';
import { latenessOf, runMany } from '../../bench/lateness/many.ts';
import { cellTable } from '../support/cells.ts';
import { isFull } from '../support/matrix.ts';
import { Meter } from '../support/meter.ts';

/** In the gate a tenth of them. */
const count = isFull() ? 1_000 : 100;
const report = cellTable(`${count} incidents at once`);

/** ms in which all have to begin and to be given their deadlines: four times what they need on two idle cores. */
const hold = count * 600;
vi.setConfig({ testTimeout: 1_800_000 });

/** ms after the first deadline: half of them share that, and while these are being closed the others fall due, one by one. */
const after = (index: number): number => Math.max(0, index - count / 2) * 60;

it(`${count} that are active together are all injected, and all rolled back in time`, async ({ task }) => {
  await withManyFlags(count, async (client, file, scenarios, { supervisor, temporal, worker }) => {
    const meter = new Meter(() => [supervisor.pid, temporal.pid, worker.pid]);
    onTestFinished(() => meter.stop());
    const { restores, ramp, closing } = await runMany(client, file, scenarios, hold, after);
    expect(restores).toHaveLength(count);
    const [middle, late] = [restores[count / 2], restores[Math.floor(count * 0.99)]];
    if (!middle || !late) throw new Error('there are none');
    const told = `p50 ${latenessOf(middle)} ms; all active after ${seconds(ramp)}, all closed ${seconds(closing)} later`;
    const name = 'half with one deadline, half one by one after it; 99th percentile';
    report(task.meta, { name, due: late.due, restoredAt: late.goneAt, within: 3_000, meter, told });
  });
});

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(0)} s`;
