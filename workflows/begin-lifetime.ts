import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { getExternalWorkflowHandle, ParentClosePolicy, startChild } from '@temporalio/workflow';
import { lifecycleMessages, lifecycleTypes, lifetimeId } from './lifecycle-contract.ts';
import type { lifetime } from './lifetime.ts';

/** Has the environment torn down at `until` (ISO 8601); one that has an end already gets this one. */
export async function beginLifetime(environment: string, until: string): Promise<void> {
  const workflowId = lifetimeId(environment);
  try {
    await startChild<typeof lifetime>(lifecycleTypes.lifetime, {
      workflowId,
      args: [{ environment, until }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    await getExternalWorkflowHandle(workflowId).signal(lifecycleMessages.renew, { until });
  }
}

/** Ends it, where there is one: nothing is left to be torn down. */
export async function endLifetime(environment: string): Promise<void> {
  await getExternalWorkflowHandle(lifetimeId(environment))
    .signal(lifecycleMessages.over)
    .catch(() => undefined);
}
