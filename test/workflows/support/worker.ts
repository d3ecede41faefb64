import path from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { projectRoot } from '../../../environments/root.ts';
import type { Cleanup } from '../../support/flags.ts';

/**
 * Runs a worker for the built workflows with these activities. `remembers`: whether it keeps workflows between tasks; one that does
 * not, replays each from its history, as a worker does that has just been started.
 */
export async function runWorker(
  { nativeConnection: connection }: TestWorkflowEnvironment,
  taskQueue: string,
  activities: object,
  cleanup: Cleanup,
  { remembers }: { remembers: boolean },
): Promise<void> {
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: { codePath: path.join(projectRoot, 'dist/workflows/bundle.generated.cjs') },
    activities,
    ...(remembers ? {} : { maxCachedWorkflows: 0 }),
  });
  const running = worker.run();
  cleanup(async () => {
    worker.shutdown();
    await running;
  });
}
