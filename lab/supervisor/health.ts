import { Client, Connection } from '@temporalio/client';
import { dataConverter } from '../../activities/codec/data-converter.ts';
import { temporalTarget } from '../../environments/temporal.ts';
import { taskQueues } from '../../workflows/contract.ts';

const workflowQueue = 1; // temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW

/** Whether a Temporal frontend serves its namespace there: a port that is open is not enough. */
export async function frontendAnswers(address: string): Promise<boolean> {
  return await withClient(address, async (client, namespace) => {
    await client.workflowService.describeNamespace({ namespace });
    return true;
  });
}

/** Whether the worker process `pid` polls its task queue; the SDK's identity begins with the process id. */
export async function workerPolls(environment: string, address: string, pid: number): Promise<boolean> {
  return await withClient(address, async (client, namespace) => {
    const { pollers } = await client.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: taskQueues(environment).main },
      taskQueueType: workflowQueue,
    });
    return (pollers ?? []).some(({ identity }) => identity?.startsWith(`${pid}@`));
  });
}

/** Runs `step` with a client of the lab's Temporal server. */
export async function withClient<T>(
  address: string,
  step: (client: Client, namespace: string) => Promise<T>,
): Promise<T> {
  const { options, namespace } = temporalTarget(address);
  const connection = await Connection.connect({ ...options, connectTimeout: '3s' });
  try {
    return await step(new Client({ connection, namespace, dataConverter: await dataConverter() }), namespace);
  } finally {
    await connection.close();
  }
}
