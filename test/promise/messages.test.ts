import { beforeAll, describe, expect, it } from 'vitest';
import type { StatusEntry } from '../../client/incident-status.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { reset, untilHistory } from './support/history.ts';
import { expectTruth, lateness, resultOf, startWatched, told, type Watched } from './support/incident.ts';
import { moments, scenarios } from './support/moments.ts';
import { Rig } from './support/rig.ts';
import { caseTable } from './support/table.ts';

// terminate, cancel and reset in every phase; all on one lab at once, each incident on a flag of its own
const cleanup = fileCleanup();
const report = caseTable('terminate, cancel, reset');
let rig: Rig;
beforeAll(async () => {
  rig = await Rig.up(cleanup);
});

/** Does `act` to an incident in each phase, all at the same time; answers them with the moment of the act. */
async function inEveryPhase(
  name: string,
  duration: string,
  act: (incident: Watched) => Promise<unknown>,
): Promise<{ phase: string; incident: Watched; at: number }[]> {
  return await Promise.all(
    Object.entries(moments).map(async ([phase, moment], index) => {
      const [scenario = '', flag = ''] = scenarios[index] ?? [];
      const late = ['rolling-back', 'verifying', 'closing'].includes(phase);
      const incident = await startWatched(
        rig,
        flag,
        { scenario, duration: late ? '1s' : duration },
        `incident-${name}-${phase}`,
      );
      await untilHistory(incident.handle, moment);
      const at = Date.now();
      await act(incident).catch((error: unknown) => {
        // in the last phases the incident may be over by the time that the request is there
        if (!late) throw error;
      });
      return { phase, incident, at };
    }),
  );
}

describe('in every phase', () => {
  it.each([
    ['cancel', async ({ handle }: Watched) => void (await handle.cancel())],
    [
      'cancel twice',
      async ({ handle }: Watched) => {
        await handle.cancel();
        await handle.cancel();
      },
    ],
  ])('%s', async (name, act) => {
    for (const { phase, incident, at } of await inEveryPhase(name.replace(' ', '-'), '1h', act)) {
      const result = await resultOf(rig, incident.handle);
      expectTruth(result, incident.watch);
      expect(['cancel', 'deadline']).toContain(result.endedBy);
      const late = lateness(incident.watch, at);
      expect(late ?? 0).toBeLessThan(2_000);
      report({ name: `${name} while ${phase}`, late, told: told(result) });
      incident.watch.stop();
    }
    await rig.whole();
  });

  it('terminate', async () => {
    const terminated = await inEveryPhase('terminate', '5m', async ({ handle }) => await handle.terminate('test'));
    await rig.whole(rig.original, 70_000);
    for (const { phase, incident, at } of terminated) {
      const late = lateness(incident.watch, at);
      expect(incident.watch.isWhole).toBe(true);
      expect(late ?? 0).toBeLessThan(60_000);
      const [entry] = await rig.lab.json<StatusEntry[]>('status', incident.handle.workflowId);
      // before its record was written there was nothing to withdraw
      if (entry?.phase === 'closed') expectTruth(entry as Parameters<typeof expectTruth>[0], incident.watch);
      else expect(['resolving', 'recording']).toContain(phase);
      report({ name: `terminate while ${phase}`, late, told: told(entry ?? {}) });
      incident.watch.stop();
    }
  });

  it.each(['first', 'last'] as const)('reset to the %s workflow task', async (to) => {
    const act = ({ handle }: Watched) => reset(rig.client, handle, to);
    for (const { phase, incident } of await inEveryPhase(`reset-${to}`, '3s', act)) {
      const outcome = await resultOf(rig, incident.handle).catch((error: Error) => error);
      const state = outcome instanceof Error ? undefined : outcome;
      // a record that was closed already refuses to be opened again
      if (state) {
        expectTruth(state, incident.watch);
        expect(state.outcome).toBe('recovered');
      } else expect((outcome as { cause?: { type?: string } }).cause?.type).toBe('record-closed');
      const due = Date.parse(state?.deadline ?? '') || Date.now();
      expect(incident.watch.isWhole).toBe(true);
      expect(incident.watch.times).toBeLessThanOrEqual(1);
      const late = lateness(incident.watch, due);
      expect(late ?? 0).toBeLessThan(3_000);
      report({
        name: `reset to the ${to} task while ${phase}`,
        late,
        told: state ? told(state) : 'refused: it is over',
      });
      incident.watch.stop();
    }
    await rig.whole();
  });
});
