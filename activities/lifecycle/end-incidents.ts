import { setTimeout as delay } from 'node:timers/promises';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
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
    const left = (await store.read()).open().map(([, { id }]) => id);
    // one without an open record is refused by the lever, or only gathers evidence: neither needs the flags any more
    for await (const incident of runningIncidents(client)) {
      ended.add(incident.workflowId);
      await incident.cancel().catch((error: unknown) => {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      });
    }
    for (const id of left) ended.add(id);
    if (left.length === 0) return [...ended];
    if (performance.now() > end) {
      throw new Problem(
        'incidents-active',
        `${left.length} incidents do not end: ${left.slice(0, 3).join(', ')}`,
        'Look at them: npm run incident -- status. Their faults are withdrawn; tear down again when they are over.',
      );
    }
    progress.show({ detail: `ending ${left.length} incidents` });
    await delay(500, undefined, { signal });
  }
}
