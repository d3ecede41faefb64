import { beforeAll, expect, it } from 'vitest';
import { fileCleanup } from '../support/cleanups.ts';
import { untilHistory } from './support/history.ts';
import { expectRecovered, expectTruth, lasting, lateness, resultOf, startWatched, told } from './support/incident.ts';
import { moments, scenarios } from './support/moments.ts';
import { labsAtOnce, Rig } from './support/rig.ts';
import { caseTable } from './support/table.ts';

// SIGKILL of the Temporal server in every phase; the lab brings it back on the same database
const cleanup = fileCleanup();
const report = caseTable('Temporal server killed');
const rigs = labsAtOnce;

let labs: Rig[];
beforeAll(async () => {
  labs = await Promise.all(Array.from({ length: rigs }, () => Rig.up(cleanup)));
});

it('the Temporal server is killed in every phase, and every incident ends right', async () => {
  const phases = Object.keys(moments);
  await Promise.all(
    labs.map(async (rig, lab) => {
      for (let index = lab; index < phases.length; index += rigs) await killWhile(rig, index, phases[index] ?? '');
      await rig.whole();
    }),
  );
});

async function killWhile(rig: Rig, index: number, phase: string): Promise<void> {
  const [scenario = '', flag = ''] = scenarios[index] ?? [];
  const incident = await startWatched(rig, flag, { scenario, duration: lasting }, `incident-server-${phase}`);
  await untilHistory(incident.handle, moments[phase] ?? (() => true));
  await rig.kill('temporal');
  const result = await resultOf(rig, incident.handle);
  expectTruth(result, incident.watch);
  expectRecovered(result);
  const late = lateness(incident.watch, Date.parse(result.deadline ?? ''));
  report({ name: `while ${phase}`, late, told: told(result) });
  expect(late).toBeLessThan(3_000);
  incident.watch.stop();
}
