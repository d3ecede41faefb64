import { beforeAll, describe, expect, it } from 'vitest';
import { messages } from '../../workflows/contract.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { drawCells } from '../support/matrix.ts';
import { holding } from './support/history.ts';
import { expectRecovered, expectTruth, incidentTable, resultOf, startWatched } from './support/incident.ts';
import { LabPool } from './support/lab-pool.ts';
import { moments, scenarios } from './support/moments.ts';
import { labsAtOnce, Rig } from './support/rig.ts';

// SIGKILL of the Temporal server in every phase; the lab brings it back on the same database
const cleanup = fileCleanup();
const report = incidentTable('Temporal server killed');

/** In these the fault was not seen yet: a far deadline, and a stop, so that no machine is too slow to have the server back in time. */
const early = new Set(['resolving', 'recording', 'injecting', 'witnessing']);
const cells = Object.entries(moments).map(([phase, moment]) => {
  const isEarly = early.has(phase);
  return {
    name: phase,
    kind: isEarly ? 'before it is active' : phase === 'active' ? phase : 'at its end',
    isEarly,
    moment,
  };
});
const drawn = drawCells('Temporal server killed', cells);

const labs = new LabPool<Rig>();
beforeAll(async () => {
  await Promise.all(Array.from({ length: labsAtOnce }, async () => labs.add(await Rig.up(cleanup))));
});

describe('the Temporal server is killed while an incident is', () => {
  it.concurrent.for(drawn.map((cell) => [cell.name, cell] as const))('%s', async ([name, cell], { task }) => {
    const { isEarly, moment } = cell;
    const [scenario = '', flag = ''] = scenarios[0] ?? [];
    await labs.with(async (rig) => {
      const { handle, watch } = await startWatched(rig, flag, { scenario, duration: isEarly ? '10m' : '4s' });
      await rig.reaches(handle, moment);
      const killed = await rig.kill('temporal');
      let stopped: number | undefined;
      if (isEarly) {
        await rig.untilBack('temporal', killed);
        await rig.reaches(handle, holding);
        stopped = Date.now();
        await handle.signal(messages.stop);
      }
      const result = await resultOf(rig, handle);
      expectTruth(rig, result, watch);
      expectRecovered(result);
      expect(watch.times).toBe(1);
      report(task.meta, `while ${name}`, { rig, watch, result, ...(stopped ? { due: stopped, within: 2_000 } : {}) });
      watch.stop();
      await rig.whole();
    });
  });
});
