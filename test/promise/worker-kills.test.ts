import { beforeAll, describe, expect, it } from 'vitest';
import { fileCleanup } from '../support/cleanups.ts';
import { drawCells } from '../support/matrix.ts';
import { incidentEvents, namesOf } from './support/events.ts';
import { eventsOf } from './support/history.ts';
import { incidentTable, resultOf, type Watched } from './support/incident.ts';
import { type KillLab, killLab, runKill } from './support/kills.ts';
import { LabPool } from './support/lab-pool.ts';
import { comeFirst, labsAtOnce } from './support/rig.ts';

// SIGKILL of the worker after every history event; the lab brings it back at once, or only when the deadline is past
const cleanup = fileCleanup();
const report = incidentTable('worker killed after event');

/** From here on the incident is active: what ends it is its deadline. */
const active = incidentEvents.indexOf('TimerStarted 1');
/** From here on it has a record, so that it has a deadline which may pass without its worker. */
const recorded = incidentEvents.indexOf('ActivityTaskCompleted record 1');

const phase = (at: number): string => (at < active ? 'before it is active' : 'from then on');
const cells = incidentEvents.flatMap((event, at) => {
  const [type = '', ...whose] = event.split(' ').slice(0, -1);
  const kind = type.startsWith('WorkflowTask') ? type : [type, ...whose].join(' ');
  const letBack = { name: event, kind, event, at, isHeld: false };
  const heldBack = { name: `${event}, held back`, kind: `held back ${phase(at)}`, event, at, isHeld: true };
  return at < recorded ? [letBack] : [letBack, heldBack];
});
const drawn = drawCells('worker killed after event', cells);

const labs = new LabPool<KillLab>();
beforeAll(async () => {
  await Promise.all(Array.from({ length: labsAtOnce }, async () => labs.add(await killLab(cleanup))));
  comeFirst();
});

describe('the worker is killed after', () => {
  it.concurrent.for(drawn.map((cell) => [cell.name, cell] as const))('%s', async ([name, cell], { task }) => {
    const { event, at, isHeld } = cell;
    const isStopped = at < active;
    await labs.with(async (lab) => {
      const strike = async ({ handle }: Watched) => {
        await lab.rig.reaches(handle, (history) => namesOf(history).includes(event));
        await lab.rig.kill('worker');
        const last = namesOf(await eventsOf(handle)).at(-1) ?? '';
        return incidentEvents.indexOf(last) > at ? { beyond: last } : {};
      };
      // one that is held back waits for its deadline; until it is active it has ten seconds more
      const duration = isStopped && !isHeld ? '10m' : '2s';
      await runKill(lab, { name, duration, strike, isStopped, isHeld }, report, task.meta);
    });
  });
});

it('an undisturbed incident has these events, and no other', async () => {
  await labs.with(async ({ rig }) => {
    const handle = await rig.start({ scenario: 'payment-failure', duration: '1s' });
    await resultOf(rig, handle);
    // on a busy machine a workflow task may have to be given out once more
    const names = namesOf(await eventsOf(handle)).filter(
      (name) => name.endsWith(' 1') && !/TimedOut|Failed/.test(name),
    );
    expect(names).toEqual([...incidentEvents, 'WorkflowExecutionCompleted 1']);
  });
});
