import { setTimeout as delay } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

const { PENDING_ACTIVITY_STATE_STARTED } = temporal.api.enums.v1.PendingActivityState;

/**
 * Calls `kill` once for each activity that is wanted and found at work for a workflow, by its child, until the workflow's end; answers
 * the activities' types. What is at work is the server's word: Query `progress` is answered by a worker, and stands still for up to
 * ten seconds after that was killed, while the child goes on.
 */
export async function killInActivities(
  handle: WorkflowHandle,
  isWanted: (type: string) => boolean,
  kill: () => Promise<void>,
): Promise<string[]> {
  const killed = new Map<string, string>();
  let killedAt = 0;
  for (;;) {
    const { status, raw } = await handle.describe();
    if (status.name !== 'RUNNING') return [...killed.values()];
    const child = raw.pendingChildren?.[0]?.workflowId;
    const work = child ? await handle.client.getHandle(child).describe() : undefined;
    const found = work?.raw.pendingActivities?.find(
      ({ activityId, activityType, state, lastStartedTime }) =>
        state === PENDING_ACTIVITY_STATE_STARTED &&
        isWanted(activityType?.name ?? '') &&
        !killed.has(activityId ?? '') &&
        // not one that the last kill has met as well, of which the server does not know yet
        Number(lastStartedTime?.seconds) * 1_000 + Number(lastStartedTime?.nanos) / 1e6 > killedAt,
    );
    if (found) {
      killed.set(found.activityId ?? '', found.activityType?.name ?? '');
      await kill();
      killedAt = Date.now();
    } else await delay(40);
  }
}
