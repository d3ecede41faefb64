import { beforeAll, describe, expect, it } from 'vitest';
import type { StatusEntry } from '../../client/told.ts';
import { incidentWorkflowType, messages, taskQueues } from '../../workflows/contract.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { reset, untilHistory } from './support/history.ts';
import {
  expectRecovered,
  expectTruth,
  lateness,
  resultOf,
  startWatched,
  told,
  type Watched,
} from './support/incident.ts';
import { moments, scenarios } from './support/moments.ts';
import { Rig } from './support/rig.ts';
import { caseTable } from './support/table.ts';
import { FlagWatch } from './support/watch.ts';

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

  it('times out, or is deleted, while active', async () => {
    const owners = await Promise.all(
      (['times out', 'is deleted'] as const).map(async (how, index) => {
        const [scenario = '', flag = ''] = scenarios[index] ?? [];
        const watch = new FlagWatch(rig.file, flag);
        const handle = await rig.client.workflow.start(incidentWorkflowType, {
          taskQueue: taskQueues('embedded').main,
          workflowId: `incident-${index}-gone`,
          args: [{ scenario, duration: '5m' }],
          ...(index === 0 ? { workflowExecutionTimeout: '4s' } : {}),
        });
        await untilHistory(handle, moments['active'] ?? (() => false));
        const { workflowId } = handle;
        if (index === 1) {
          const { namespace } = rig.client.options;
          await rig.client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution: { workflowId } });
        }
        return { how, watch, at: Date.now() + (index === 0 ? 3_000 : 0) };
      }),
    );
    await rig.whole(rig.original, 70_000);
    for (const { how, watch, at } of owners) {
      const late = lateness(watch, at);
      expect(late).toBeLessThan(60_000);
      report({ name: `${how} while active`, late, told: 'withdrawn as ownerless' });
      watch.stop();
    }
    const records = (await rig.store.read()).records().filter(({ id }) => id.endsWith('-gone'));
    expect(records.map(({ endedBy }) => endedBy)).toEqual(['ownerless', 'ownerless']);
  });

  it.each(['extended', 'twice extended'])(
    'reset of an incident that was %s lasts as long as was granted',
    async (how) => {
      const [scenario = '', flag = ''] = scenarios[how === 'extended' ? 2 : 3] ?? [];
      const incident = await startWatched(rig, flag, { scenario, duration: '3s' }, `incident-${how.replace(' ', '-')}`);
      await untilHistory(incident.handle, moments['active'] ?? (() => false));
      for (let times = how === 'extended' ? 1 : 2; times > 0; times -= 1) {
        await incident.handle.executeUpdate(messages.extend, { args: ['2s'] });
      }
      const [record] = (await rig.store.read()).open().map(([, each]) => each);
      await reset(rig.client, incident.handle, 'first');
      const result = await resultOf(rig, incident.handle);
      expectTruth(result, incident.watch);
      expectRecovered(result);
      const late = lateness(incident.watch, Date.parse(record?.until ?? ''));
      expect(Math.abs((incident.watch.restoredAt ?? 0) - Date.parse(record?.until ?? ''))).toBeLessThan(1_500);
      report({ name: `${how}, then reset`, late, told: told(result) });
      incident.watch.stop();
      await rig.whole();
    },
  );

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
