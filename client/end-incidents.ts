import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { FlagStore } from '../activities/flags/store.ts';
import { temporalOwners } from '../activities/owners.ts';
import { connectTo } from '../activities/server.ts';
import { type LabState, readState } from '../lab/state.ts';
import { incidentWorkflowType, taskQueues } from '../workflows/contract.ts';
import { targetOf } from './temporal.ts';

/** How long the workflows have to end and close their records (ms). */
const patience = 6_000;

/**
 * Tells the workflows whose faults were withdrawn, and waits until they have closed their records. Answers the ids of those
 * that have not; the reconciler goes on telling them.
 */
export async function endIncidents(store: FlagStore): Promise<string[]> {
  const lab = readState();
  const isOver = async (): Promise<boolean> => (await store.read()).open().length === 0;
  if (lab) await tell(lab, store, isOver).catch(() => undefined);
  return (await store.read()).open().map(([, { id }]) => id);
}

/** Those that have no record yet have nothing to withdraw, and would begin once the lever is released. */
async function endUnrecorded(client: Client): Promise<void> {
  const { main } = taskQueues('embedded');
  const query = `WorkflowType = '${incidentWorkflowType}' AND TaskQueue = '${main}' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId } of client.workflow.list({ query })) {
    await client.workflow
      .getHandle(workflowId)
      .cancel()
      .catch(() => undefined);
  }
}

async function tell(lab: LabState, store: FlagStore, isOver: () => Promise<boolean>): Promise<void> {
  const server = await connectTo(targetOf(lab));
  try {
    const owners = temporalOwners(() => Promise.resolve(server));
    await Promise.allSettled((await store.read()).open().map(([, record]) => owners.end(record)));
    await endUnrecorded(server.client);
    const end = performance.now() + patience;
    while (!(await isOver()) && performance.now() < end) await delay(50);
  } finally {
    await server.client.connection.close();
  }
}
