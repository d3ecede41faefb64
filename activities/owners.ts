import { type Client, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import type { Owners } from './flags/caretaker.ts';
import type { LedgerRecord } from './flags/ledger.ts';
import { environmentName } from '../environments/load.ts';
import { incidentWorkflowType, taskQueues } from '../workflows/contract.ts';
import type { KnownServer } from './server.ts';

/** A server that hangs is not waited for longer (ms). */
const patience = 2_000;
const running = 1; // temporal.api.enums.v1.WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING

/** Asks Temporal for the workflows that own records. `server` is called for each question and throws where none answers. */
export function temporalOwners(server: () => Promise<KnownServer>): Owners {
  return {
    ask: async (record) => {
      const owner = await ownerOf(await server(), record);
      return typeof owner === 'object' ? 'live' : owner;
    },
    end: async (record) => {
      const owner = await ownerOf(await server(), record);
      // not the signal: a workflow that has had its 10,000 signals takes no more
      if (typeof owner === 'object') await owner.client.withDeadline(Date.now() + patience, () => owner.cancel());
    },
  };
}

/**
 * The living owner of a record. A workflow that was reset lives on under another run id, but keeps the first one. Asked with
 * DescribeWorkflowExecution, as lists lag behind.
 */
async function ownerOf(server: KnownServer, record: LedgerRecord): Promise<WorkflowHandle | 'gone' | 'unknown'> {
  const { client, cluster, namespace } = server;
  if (record.cluster !== cluster || record.namespace !== namespace) return 'unknown';
  try {
    const handle = client.workflow.getHandle(record.workflowId);
    const { raw, runId } = await client.withDeadline(Date.now() + patience, () => handle.describe());
    const { status, firstRunId } = raw.workflowExecutionInfo ?? {};
    const own = (firstRunId || runId) === record.firstRunId;
    if (own && status === running) return client.workflow.getHandle(record.workflowId, runId);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError || error instanceof NamespaceNotFoundError)) throw error;
  }
  // another server may answer at this address by now, and has never heard of any of them
  const { clusterId } = await client.workflowService.getClusterInfo({});
  return clusterId === record.cluster ? 'gone' : 'unknown';
}

/** The lab's incidents that run, also those that have no record yet. Visibility lags behind by a moment. */
export async function* runningIncidents(client: Client): AsyncGenerator<WorkflowHandle> {
  const { main } = taskQueues(environmentName());
  const query = `WorkflowType = '${incidentWorkflowType}' AND TaskQueue = '${main}' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId } of client.workflow.list({ query })) yield client.workflow.getHandle(workflowId);
}
