import { WorkflowFailedError } from '@temporalio/client';
import { beforeAll, expect, it } from 'vitest';
import { fileCleanup } from '../../support/cleanups.ts';
import type { Postgres } from '../../support/postgres/postgres.ts';
import { untilHistory } from '../support/history.ts';
import { expectTruth, lateness, resultOf, startWatched, told, type Watched } from '../support/incident.ts';
import { moments, scenarios } from '../support/moments.ts';
import { Rig } from '../support/rig.ts';
import { caseTable } from '../support/table.ts';

// SIGKILL of the team's PostgreSQL in every phase, which is away until the deadline is past, and comes back on the same files
const cleanup = fileCleanup();
const report = caseTable('PostgreSQL killed');
const seconds = 3;
const rigs = 2;

let labs: { rig: Rig; database: Postgres }[];
beforeAll(async () => {
  labs = await Promise.all(
    Array.from({ length: rigs }, async () => {
      const rig = await Rig.up(cleanup);
      if (!rig.team) throw new Error('run this with npm run test:promise-postgresql');
      return { rig, database: rig.team.database };
    }),
  );
});

it('PostgreSQL is killed in every phase, every fault is withdrawn without it, and every incident ends right', async () => {
  const phases = Object.keys(moments);
  await Promise.all(
    labs.map(async ({ rig, database }, lab) => {
      for (let index = lab; index < phases.length; index += rigs) {
        await killWhile(rig, database, index, phases[index] ?? '');
      }
    }),
  );
});

async function killWhile(rig: Rig, database: Postgres, index: number, phase: string): Promise<void> {
  const [scenario = '', flag = ''] = scenarios[index] ?? [];
  const incident = await startWatched(rig, flag, { scenario, duration: `${seconds}s` }, `incident-database-${phase}`);
  await untilHistory(incident.handle, moments[phase] ?? (() => true));
  await database.kill();
  const without = lateness(incident.watch, await withdrawnWithout(rig, incident));
  expect(without ?? 0).toBeLessThan(3_000);
  await database.start();
  const { said, deadline } = await truthOf(rig, incident);
  await rig.whole();
  // one that had not come to its fault by then has its time afterwards
  const late = without ?? lateness(incident.watch, deadline);
  expect(late ?? 0).toBeLessThan(3_000);
  report({ name: `while ${phase}`, late, told: said });
  expect(incident.watch.times).toBeLessThanOrEqual(1);
  incident.watch.stop();
}

/** Waits until the incident's time is over and no fault of it is in force; answers when it was due to be withdrawn. */
async function withdrawnWithout(rig: Rig, { handle, watch }: Watched): Promise<number> {
  const killedAt = Date.now();
  let due = 0;
  await expect
    .poll(
      async () => {
        // one that was not recorded yet has no other time than this
        const record = (await rig.store.read()).records().find(({ workflowId }) => workflowId === handle.workflowId);
        due = record ? Date.parse(record.until) : killedAt + seconds * 1_000;
        return Date.now() > due && record?.state !== 'open' && watch.isWhole;
      },
      { timeout: 60_000, interval: 20 },
    )
    .toBe(true);
  return due;
}

/** What the incident says at its end, which must be what was seen of its flag, and its deadline. */
async function truthOf(rig: Rig, { handle, watch }: Watched): Promise<{ said: string; deadline: number }> {
  const result = await resultOf(rig, handle).catch((error: unknown) => {
    if (error instanceof WorkflowFailedError) return error;
    throw error;
  });
  if (!(result instanceof WorkflowFailedError)) {
    expectTruth(result, watch);
    return { said: told(result), deadline: Date.parse(result.deadline ?? '') };
  }
  // its time was over before its fault was ever put in
  expect(watch.brokenAt).toBeUndefined();
  const { type } = result.cause as { type?: string };
  expect(type).toBe('record-closed');
  return { said: `refused: ${type}`, deadline: Number.NaN };
}
