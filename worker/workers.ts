import path from 'node:path';
import { Worker } from '@temporalio/worker';
import type { ServerClock } from '../activities/clock.ts';
import { createForwardActivities } from '../activities/forward.ts';
import { createRollbackActivities } from '../activities/rollback.ts';
import type { Dependencies, Target } from '../activities/dependencies.ts';
import { projectRoot } from '../environments/root.ts';
import { taskQueues } from '../workflows/contract.ts';
import type { Connected } from './connection.ts';
import { registeredSearchAttributes, registerSearchAttributes } from './search-attributes.ts';

/** Makes the two workers of an environment: its life cycle, and everything that withdraws faults. */
export async function createWorkers(
  environment: string,
  connected: Connected,
  { store, witness, indicators }: Target,
  clock: ServerClock,
): Promise<Worker[]> {
  const { native, connection, namespace, cluster } = connected;
  await registerSearchAttributes(connection, namespace);
  const dependencies: Dependencies = {
    store,
    clock,
    witness,
    indicators,
    temporal: { cluster, namespace },
    searchAttributes: registeredSearchAttributes(connection, namespace),
  };
  const queues = taskQueues(environment);
  return await Promise.all([
    Worker.create({
      connection: native,
      namespace,
      taskQueue: queues.main,
      workflowBundle: { codePath: path.join(projectRoot, 'dist/workflows/bundle.generated.cjs') },
      activities: createForwardActivities(dependencies),
      // At its default of 10 s the incidents of a worker that was killed end 10 s late.
      stickyQueueScheduleToStartTimeout: '1s',
      // Half a megabyte each: however many incidents there are, the worker's memory stays bounded; the rest is replayed.
      maxCachedWorkflows: 500,
      shutdownGraceTime: '2s',
    }),
    Worker.create({
      connection: native,
      namespace,
      taskQueue: queues.rollback,
      activities: createRollbackActivities(dependencies),
      shutdownGraceTime: '2s',
    }),
  ]);
}
