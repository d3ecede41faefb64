import { setTimeout as delay } from 'node:timers/promises';
import { type Client, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { type IncidentState, messages } from '../../workflows/contract.ts';
import { Problem } from '../../workflows/problem.ts';
import { pullLever, withdrawAll } from '../flags/lever.ts';
import type { FlagStore } from '../flags/store.ts';
import { runningIncidents } from '../owners.ts';
import type { Progress } from './step.ts';

/** Longer than an incident waits at most until its recovery is seen (ms). */
const patience = 5 * 60_000;

/** Why the lever is pulled; the next deploy releases one that has this reason. */
export const teardownReason = 'the lab is being torn down';

/**
 * Pulls the safety lever, withdraws every fault and ends every incident: once the flags are gone, none could be ended any more.
 * Answers those that were under way. Throws Problem `incidents-active` where one does not end.
 */
export async function endIncidents(
  store: FlagStore,
  client: Client,
  progress: Progress,
  signal: AbortSignal,
): Promise<string[]> {
  await pullLever(store, teardownReason);
  const ended = new Set((await withdrawAll(store)).map(({ record }) => record.id));
  const end = performance.now() + patience;
  for (;;) {
    await store.publish().catch(() => undefined);
    const left = new Set((await store.read()).open().map(([, { id }]) => id));
    for await (const incident of runningIncidents(client)) {
      ended.add(incident.workflowId);
      await incident.cancel().catch((error: unknown) => {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      });
      if (await needsFlags(incident)) left.add(incident.workflowId);
    }
    for (const id of left) ended.add(id);
    if (left.size === 0) return [...ended];
    if (performance.now() > end) {
      throw new Problem(
        'incidents-active',
        `${left.size} incidents do not end: ${[...left].slice(0, 3).join(', ')}`,
        'Look at them: npm run incident -- status. Their faults are withdrawn; tear down again when they are over.',
      );
    }
    progress.show({ detail: `ending ${left.size} incidents` });
    await delay(500, undefined, { signal });
  }
}

/**
 * Whether it still has to see or to close its withdrawal, for which it would ask again and again. Before, the lever refuses it; after,
 * it only gathers evidence.
 */
async function needsFlags(incident: WorkflowHandle): Promise<boolean> {
  try {
    const { phase, after } = await incident.query<IncidentState>(messages.state);
    return phase === 'rolling-back' || (phase === 'verifying' && after === null);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
