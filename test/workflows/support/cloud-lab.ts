import path from 'node:path';
import { Client, type WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { vi } from 'vitest';
import { projectRoot } from '../../../environments/root.ts';
import { type DeployRequest, lifecycleMessages, type Progress } from '../../../workflows/lifecycle-contract.ts';
import type { Cleanup } from '../../support/flags.ts';
import { timeSkippingServer } from '../../support/incidents.ts';
import { Cloud } from './cloud.ts';

const taskQueue = 'incidentfox-aws';

/** A worker for a cloud, on the time-skipping server, whose clock stands still unless it is told to go on. */
export class CloudLab {
  readonly env: TestWorkflowEnvironment;
  readonly client: Client;
  readonly cloud: Cloud;
  #count = 0;

  private constructor(env: TestWorkflowEnvironment, cloud: Cloud) {
    this.env = env;
    this.cloud = cloud;
    this.client = new Client({ connection: env.connection, namespace: env.namespace ?? 'default' });
  }

  static async up(cleanup: Cleanup): Promise<CloudLab> {
    const env = await timeSkippingServer();
    const cloud = new Cloud();
    const worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue,
      workflowBundle: { codePath: path.join(projectRoot, 'dist/workflows/bundle.generated.cjs') },
      activities: cloud.activities(),
    });
    const running = worker.run();
    cleanup(async () => {
      worker.shutdown();
      await running;
      await env.teardown();
    });
    return new CloudLab(env, cloud);
  }

  async start(work: 'deploy' | 'teardown', request: DeployRequest = {}): Promise<WorkflowHandle> {
    this.#count += 1;
    const workflowId = `${work}-${this.#count}`;
    return await this.client.workflow.start(work, { taskQueue, workflowId, args: [request] });
  }

  async run<Result>(work: 'deploy' | 'teardown', request: DeployRequest = {}): Promise<Result> {
    return (await (await this.start(work, request)).result()) as Result;
  }

  /** Waits in real time until a workflow that people look at shows what `condition` wants. */
  async shows(handle: WorkflowHandle, condition: (now: Progress) => boolean): Promise<Progress> {
    return await vi.waitFor(
      async () => {
        const now = await handle.query<Progress>(lifecycleMessages.progress);
        if (!condition(now)) throw new Error(`it shows ${JSON.stringify(now)}`);
        return now;
      },
      { timeout: 20_000, interval: 20 },
    );
  }
}
