import { beforeAll, describe, expect, it } from 'vitest';
import { fileCleanup } from '../support/cleanups.ts';
import { eventsOf, type HistoryEvent, untilHistory } from './support/history.ts';
import { endedRight, lasting, lateness, resultOf, startWatched, told, tryUntil } from './support/incident.ts';
import { scenarios } from './support/moments.ts';
import { labsAtOnce, Rig } from './support/rig.ts';
import { caseTable } from './support/table.ts';

// SIGKILL of the worker after every history event; the lab brings it back
const cleanup = fileCleanup();
const report = caseTable('worker killed after event');
const rigs = labsAtOnce;

let labs: Rig[];
beforeAll(async () => {
  labs = await Promise.all(Array.from({ length: rigs }, () => Rig.up(cleanup)));
});

describe('the worker is killed after every history event', () => {
  it('of an incident, and each one ends right', async () => {
    const [first] = labs;
    if (!first) throw new Error('no lab');
    const undisturbed = await first.start({ scenario: 'payment-failure', duration: lasting });
    await resultOf(first, undisturbed);
    const events = (await eventsOf(undisturbed)).length;
    expect(events).toBeGreaterThan(40);
    await Promise.all(
      labs.map(async (rig, lab) => {
        for (let event = 1 + lab; event < events; event += rigs) {
          await tryUntil((attempt) => killAfter(rig, event, attempt));
        }
      }),
    );
    for (const rig of labs) await rig.whole();
  });
});

/** Answers whether the worker was back before the fault's time was over. */
async function killAfter(rig: Rig, event: number, attempt: number): Promise<boolean> {
  const [scenario = '', flag = ''] = scenarios[event % scenarios.length] ?? [];
  const incident = await startWatched(rig, flag, { scenario, duration: lasting }, `incident-event-${event}-${attempt}`);
  const before = await untilHistory(incident.handle, (history) => history.length >= event);
  const killed = await rig.kill('worker');
  const result = await resultOf(rig, incident.handle);
  const recovered = endedRight(result, incident.watch);
  const late = lateness(incident.watch, Date.parse(result.deadline ?? ''));
  report({ name: `${before.length}: ${nameOf(before.at(-1))}`, late, told: told(result) });
  incident.watch.stop();
  await rig.untilBack('worker', killed);
  return recovered;
}

/** Event type and activity: `ActivityTaskScheduled inject`. */
function nameOf(event: HistoryEvent | undefined): string {
  const attributes = Object.entries(event ?? {}).find(([key, value]) => key.endsWith('EventAttributes') && value);
  const name = attributes?.[0].replace('EventAttributes', '') ?? '';
  return `${name} ${event?.activityTaskScheduledEventAttributes?.activityType?.name ?? ''}`.trim();
}
