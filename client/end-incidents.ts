import { setTimeout as delay } from 'node:timers/promises';
import type { FlagStore } from '../activities/flags/store.ts';
import { runningIncidents, temporalOwners } from '../activities/owners.ts';
import { connectTo } from '../activities/server.ts';
import { knownLab } from '../lab/elsewhere.ts';
import type { LabState } from '../lab/state.ts';
import { targetOf } from './temporal.ts';

/** How long the workflows have to end and close their records (ms). */
const patience = 6_000;

/**
 * Tells the workflows whose faults were withdrawn, and waits until they have closed their records. Answers the ids of those
 * that have not; the reconciler goes on telling them.
 */
export async function endIncidents(store: FlagStore): Promise<string[]> {
  const lab = knownLab();
  const isOver = async (): Promise<boolean> => (await store.read()).open().length === 0;
  if (lab) await tell(lab, store, isOver).catch(() => undefined);
  return (await store.read()).open().map(([, { id }]) => id);
}

async function tell(lab: LabState, store: FlagStore, isOver: () => Promise<boolean>): Promise<void> {
  const server = await connectTo(targetOf(lab));
  try {
    const owners = temporalOwners(() => Promise.resolve(server));
    const records = (await store.read()).open().map(([, record]) => record);
    await Promise.allSettled(records.map((record) => owners.end(record)));
    const told = new Set(records.map(({ workflowId }) => workflowId));
    // those that have no record yet have nothing to withdraw, and would begin once the lever is released
    for await (const incident of runningIncidents(server.client)) {
      if (!told.has(incident.workflowId)) await incident.cancel().catch(() => undefined);
    }
    const end = performance.now() + patience;
    while (!(await isOver()) && performance.now() < end) await delay(50);
  } finally {
    await server.connection.close();
  }
}
