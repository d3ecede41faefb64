import { beforeAll, describe, expect, it } from 'vitest';
import type { StatusEntry } from '../../client/told.ts';
import { type IncidentState, incidentWorkflowType, messages, taskQueues } from '../../workflows/contract.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { holding, reset } from './support/history.ts';
import {
  expectRecovered,
  expectTruth,
  incidentTable,
  resultOf,
  startWatched,
  type Watched,
} from './support/incident.ts';
import { moments, scenarios } from './support/moments.ts';
import { Rig } from './support/rig.ts';
import { FlagWatch } from './support/watch.ts';

// terminate, cancel and reset in every phase; all on one lab at once, each incident on a flag of its own
const cleanup = fileCleanup();
const report = incidentTable('terminate, cancel, reset');
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
      await rig.reaches(incident.handle, moment);
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
  it.for<[string, (incident: Watched) => Promise<void>]>([
    ['cancel', async ({ handle }: Watched) => void (await handle.cancel())],
    [
      'cancel twice',
      async ({ handle }: Watched) => {
        await handle.cancel();
        await handle.cancel();
      },
    ],
  ])('%s', async ([name, act], { task }) => {
    for (const { phase, incident, at } of await inEveryPhase(name.replace(' ', '-'), '1h', act)) {
      const result = await resultOf(rig, incident.handle);
      expectTruth(rig, result, incident.watch);
      expect(['cancel', 'deadline']).toContain(result.endedBy);
      report(task.meta, `${name} while ${phase}`, { rig, watch: incident.watch, result, due: at, within: 2_000 });
      incident.watch.stop();
    }
    await rig.whole();
  });

  it('terminate', async ({ task }) => {
    const terminated = await inEveryPhase('terminate', '5m', async ({ handle }) => await handle.terminate('test'));
    await rig.whole();
    for (const { phase, incident, at } of terminated) {
      expect(incident.watch.isWhole).toBe(true);
      const [entry] = await rig.lab.json<StatusEntry[]>('status', incident.handle.workflowId);
      // before its record was written there was nothing to withdraw
      if (entry?.phase === 'closed') expectTruth(rig, entry as IncidentState, incident.watch);
      else expect(['resolving', 'recording']).toContain(phase);
      const ended = { rig, watch: incident.watch, result: entry ?? {}, due: at, within: 60_000 };
      report(task.meta, `terminate while ${phase}`, ended);
      incident.watch.stop();
    }
  });

  it('times out, or is deleted, while active', async ({ task }) => {
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
        await rig.reaches(handle, holding);
        const { workflowId } = handle;
        if (index === 1) {
          const { namespace } = rig.client.options;
          await rig.client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution: { workflowId } });
        }
        return { how, watch, at: Date.now() + (index === 0 ? 3_000 : 0) };
      }),
    );
    await rig.whole();
    for (const { how, watch, at } of owners) {
      const ended = { rig, watch, result: {}, due: at, within: 60_000, told: 'withdrawn as ownerless' };
      report(task.meta, `${how} while active`, ended);
      watch.stop();
    }
    const records = (await rig.store.read()).records().filter(({ id }) => id.endsWith('-gone'));
    expect(records.map(({ endedBy }) => endedBy)).toEqual(['ownerless', 'ownerless']);
  });

  it.for(['extended', 'twice extended'])(
    'reset of an incident that was %s lasts as long as was granted',
    async (how, { task }) => {
      const [scenario = '', flag = ''] = scenarios[how === 'extended' ? 2 : 3] ?? [];
      const incident = await startWatched(rig, flag, { scenario, duration: '3s' }, `incident-${how.replace(' ', '-')}`);
      await rig.reaches(incident.handle, holding);
      for (let times = how === 'extended' ? 1 : 2; times > 0; times -= 1) {
        await incident.handle.executeUpdate(messages.extend, { args: ['2s'] });
      }
      const [record] = (await rig.store.read()).open().map(([, each]) => each);
      await reset(rig.client, incident.handle, 'first');
      const result = await resultOf(rig, incident.handle);
      expectTruth(rig, result, incident.watch);
      expectRecovered(result);
      const due = Date.parse(record?.until ?? '');
      expect(incident.watch.restoredAt).toBeGreaterThan(due - 1_500);
      report(task.meta, `${how}, then reset`, { rig, watch: incident.watch, result, due, within: 1_500 });
      incident.watch.stop();
      await rig.whole();
    },
  );

  it.for(['first', 'last'] as const)('reset to the %s workflow task', async (to, { task }) => {
    const act = ({ handle }: Watched) => reset(rig.client, handle, to);
    for (const { phase, incident } of await inEveryPhase(`reset-${to}`, '3s', act)) {
      const outcome = await resultOf(rig, incident.handle).catch((error: Error) => error);
      const state = outcome instanceof Error ? undefined : outcome;
      // a record that was closed already refuses to be opened again
      if (state) {
        expectTruth(rig, state, incident.watch);
        expect(state.outcome).toBe('recovered');
      } else expect((outcome as { cause?: { type?: string } }).cause?.type).toBe('record-closed');
      const due = Date.parse(state?.deadline ?? '') || Date.now();
      expect(incident.watch.isWhole).toBe(true);
      expect(incident.watch.times).toBeLessThanOrEqual(1);
      const ended = { rig, watch: incident.watch, result: state ?? {}, due };
      const name = `reset to the ${to} task while ${phase}`;
      report(task.meta, name, state ? ended : { ...ended, told: 'refused: it is over' });
      incident.watch.stop();
    }
    await rig.whole();
  });
});
