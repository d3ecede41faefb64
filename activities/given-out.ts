import type { Context } from '@temporalio/activity';
import { within } from './within.ts';

/** A rollback that cannot ask goes on without, and soon (ms). */
const patience = 500;

/**
 * When the server gave out an activity's present attempt, by its own clock (ms since the epoch); undefined where it does not say.
 * Asked of the server, since the task itself tells only when it was scheduled. Rejects where no answer comes within half a second.
 */
export async function givenOut({ info, client }: Context): Promise<number | undefined> {
  const { workflowExecution: execution = null, activityId, attempt } = info;
  const { pendingActivities } = await within(patience, undefined, (limit) =>
    client.withAbortSignal(limit, () =>
      client.workflowService.describeWorkflowExecution({ namespace: info.namespace, execution }),
    ),
  );
  const own = pendingActivities.find((pending) => pending.activityId === activityId && pending.attempt === attempt);
  const { seconds, nanos } = own?.lastStartedTime ?? {};
  return seconds ? Number(seconds) * 1_000 + (nanos ?? 0) / 1_000_000 : undefined;
}
