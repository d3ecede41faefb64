import { type Client, WorkflowUpdateFailedError } from '@temporalio/client';
import { FileFlagStore } from '../../activities/flags/file-store.ts';
import { mapParallel } from '../../activities/parallel.ts';
import { type IncidentResult, incidentWorkflowType, messages, taskQueues } from '../../workflows/contract.ts';
import { waitUntil } from '../measure.ts';
import { Restores } from './restores.ts';

/** How many requests to Temporal may be on their way at once. */
const width = 25;

export interface Many {
  /** when each fault was due, and when the flag file was seen without it (ms since the epoch); the latest last */
  restores: { due: number; goneAt: number }[];
  /** ms from the first start until the last fault was seen */
  ramp: number;
  /** ms from the first deadline until every record was closed */
  closing: number;
}

/**
 * Runs an incident for each scenario, all of them active together, which then fall due. `hold`: ms until all would end as they
 * were started, enough for all to begin and to be given their deadlines. `after`: how many ms after the first deadline the
 * n-th is due, 0 for all that share it. Throws where one does not recover.
 */
export async function runMany(
  client: Client,
  file: string,
  scenarios: string[],
  hold: number,
  after: (index: number) => number,
): Promise<Many> {
  const store = new FileFlagStore(file);
  const restores = new Restores(file);
  try {
    const began = Date.now();
    const ids = await startAll(client, store, scenarios, began + hold);
    const ramp = Date.now() - began;
    await waitUntil(() => restores.inForce === scenarios.length, 60_000, 'all faults are in force');
    const due = await moveDeadlines(client, store, ids, after);
    const first = Math.min(...due.values());
    await waitUntil(() => restores.inForce === 0, Math.max(...due.values()) - Date.now() + 60_000, 'all are withdrawn');
    const ends = [...due].map(([id, until]) => ({ due: until, goneAt: restores.goneAt.get(id) ?? Infinity }));
    const results = await mapParallel(ids, width, (id) => client.workflow.getHandle(id).result());
    const failed = (results as IncidentResult[]).filter(({ outcome }) => outcome !== 'recovered');
    if (failed.length > 0) throw new Error(`${failed.length} did not recover, the first: ${JSON.stringify(failed[0])}`);
    return { restores: ends.toSorted((a, b) => latenessOf(a) - latenessOf(b)), ramp, closing: Date.now() - first };
  } finally {
    restores.stop();
  }
}

/** ms */
export function latenessOf({ due, goneAt }: Many['restores'][number]): number {
  return goneAt - due;
}

/** Starts a few at a time, the next ones when those have begun; each would end at about `end` (ms since the epoch). */
async function startAll(client: Client, store: FileFlagStore, scenarios: string[], end: number): Promise<string[]> {
  const ids: string[] = [];
  const active = async (): Promise<number> =>
    (await store.read()).open().filter(([, { witnessedAt }]) => witnessedAt !== undefined).length;
  // how many may be on their way to their fault at once: the more there are, the more can share a write
  const together = Math.max(50, scenarios.length / 20);
  // reading thousands of flags takes as long as starting several incidents, so it is done only where it may be time to wait
  let begun = 0;
  const reach = async (count: number): Promise<void> => {
    if (begun >= count) return;
    try {
      await waitUntil(async () => (begun = await active()) >= count, 300_000, `${count} have begun`);
    } catch (error) {
      throw new Error(await whyNotAll(client, store, ids), { cause: error });
    }
  };
  for (const scenario of scenarios) {
    await reach(ids.length - together + 1);
    const { workflowId } = await client.workflow.start(incidentWorkflowType, {
      taskQueue: taskQueues('embedded').main,
      workflowId: `${scenario}-${ids.length}`,
      workflowTaskTimeout: '2s',
      args: [{ scenario, duration: `${Math.max(1_000, end - Date.now())}ms` }],
    });
    ids.push(workflowId);
  }
  await reach(ids.length);
  return ids;
}

/** One that was refused never begins, and its failure says why. */
async function whyNotAll(client: Client, store: FileFlagStore, ids: string[]): Promise<string> {
  const recorded = new Set((await store.read()).open().map(([, { id }]) => id));
  const missing = ids.filter((id) => !recorded.has(id));
  try {
    await client.workflow.getHandle(missing[0] ?? '').result();
    return `${missing.length} of ${ids.length} are over before their time`;
  } catch (error) {
    return `${missing.length} of ${ids.length} are not under way: ${String((error as Error).cause ?? error)}`;
  }
}

/** Extends each to the common deadline, or to its own after that; answers when each is due (ms since the epoch). */
async function moveDeadlines(
  client: Client,
  store: FileFlagStore,
  ids: string[],
  after: (index: number) => number,
): Promise<Map<string, number>> {
  const until = async (): Promise<Map<string, number>> =>
    new Map((await store.read()).open().map(([, { id, until: time }]) => [id, Date.parse(time)]));
  const before = await until();
  // an extension takes a while, and an extension is of one second at least
  const common = Math.max(...before.values(), Date.now() + ids.length * 40) + 2_000;
  await mapParallel([...ids.entries()], width, async ([index, id]) => {
    await extendTo(client, id, common + Math.round(after(index)), before.get(id));
  });
  return await until();
}

/** Asks again where the lab was too busy to extend in time; `to` is absolute for the incident, so that nothing is added twice. */
async function extendTo(client: Client, id: string, to: number, from = Number.NaN, attempts = 3): Promise<void> {
  try {
    await client.workflow.getHandle(id).executeUpdate(messages.extend, { args: [{ by: `${to - from}ms` }] });
  } catch (error) {
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
    if (attempts === 1) throw new Error(`${id} was not extended: ${String(error.cause)}`, { cause: error });
    await extendTo(client, id, to, from, attempts - 1);
  }
}
