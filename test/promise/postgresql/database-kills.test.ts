import { beforeAll, describe, expect, it, type TaskMeta, vi } from 'vitest';
import { fileCleanup } from '../../support/cleanups.ts';
import type { Postgres } from '../../support/postgres/postgres.ts';
import { expectTruth, incidentTable, refusalOf, resultOf, startWatched, type Watched } from '../support/incident.ts';
import { moments, scenarios } from '../support/moments.ts';
import { LabPool } from '../support/lab-pool.ts';
import { Rig } from '../support/rig.ts';

// SIGKILL of the team's PostgreSQL in every phase, which is away until the deadline is past, and comes back on the same files
const cleanup = fileCleanup();
const report = incidentTable('PostgreSQL killed');
const seconds = 3;

const labs = new LabPool<{ rig: Rig; database: Postgres }>();
beforeAll(async () => {
  await Promise.all(
    [1, 2].map(async () => {
      const rig = await Rig.up(cleanup);
      if (!rig.team) throw new Error('run this with npm run test:promise-postgresql');
      labs.add({ rig, database: rig.team.database });
    }),
  );
});

describe('PostgreSQL is killed, every fault is rolled back without it, and every incident ends right', () => {
  it.concurrent.for(Object.keys(moments))('while it is %s', async (phase, { task }) => {
    await labs.with(({ rig, database }) => killWhile(rig, database, phase, task.meta));
  });
});

async function killWhile(rig: Rig, database: Postgres, phase: string, meta: TaskMeta): Promise<void> {
  const [scenario = '', flag = ''] = scenarios[0] ?? [];
  const incident = await startWatched(rig, flag, { scenario, duration: `${seconds}s` });
  const { handle, watch } = incident;
  await rig.reaches(handle, moments[phase] ?? (() => true));
  await database.kill();
  const due = await withdrawnWithout(rig, incident);
  const wasInForce = watch.brokenAt !== undefined;
  await database.start();
  const ended = resultOf(rig, handle);
  const refused = await refusalOf(ended);
  if (refused === undefined) expectTruth(rig, await ended, watch);
  // its time was over before its fault was ever put in
  else expect([refused, watch.brokenAt]).toEqual(['record-closed', undefined]);
  const result = refused === undefined ? await ended : {};
  await rig.whole();
  expect(watch.times).toBeLessThanOrEqual(1);
  // one that had not come to its fault by then has its time afterwards
  const told = refused === undefined ? {} : { told: `refused: ${refused}` };
  report(meta, `while ${phase}`, { rig, watch, result, ...(wasInForce ? { due } : {}), ...told });
  watch.stop();
}

/** Waits until the incident's time is over and no fault of it is in force; answers when it was due to be rolled back. */
async function withdrawnWithout(rig: Rig, { handle, watch }: Watched): Promise<number> {
  const killedAt = Date.now();
  return await vi.waitFor(
    async () => {
      // one that was not recorded yet has no other time than this
      const record = (await rig.store.read()).records().find(({ workflowId }) => workflowId === handle.workflowId);
      const due = record ? Date.parse(record.until) : killedAt + seconds * 1_000;
      if (Date.now() <= due || record?.state === 'open' || !watch.isWhole)
        throw new Error(`its record is ${record?.state}`);
      return due;
    },
    { timeout: 120_000, interval: 20 },
  );
}
