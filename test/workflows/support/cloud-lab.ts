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

/** A worker for a cloud, on the time-skipping server, whose clock stands still unless it is told to go on. */
export class CloudLab {
  readonly env: TestWorkflowEnvironment;
  readonly client: Client;
  readonly cloud: Cloud;
  readonly #environment: string;
  #count = 0;

  private constructor(env: TestWorkflowEnvironment, environment: string) {
    this.env = env;
    this.#environment = environment;
    this.cloud = new Cloud(environment);
    this.client = new Client({ connection: env.connection, namespace: env.namespace ?? 'default' });
  }

  static async up(cleanup: Cleanup): Promise<CloudLab> {
    const env = await timeSkippingServer();
    cleanup(() => env.teardown());
    return await CloudLab.on(env, 'aws', cleanup);
  }

  /**
   * A further lab on the same server, for an environment of its own. `remembers`: whether its worker keeps workflows between tasks;
   * one that does not, replays each from its history, as a worker does that has just been started.
   */
  static async on(
    env: TestWorkflowEnvironment,
    environment: string,
    cleanup: Cleanup,
    { remembers = true } = {},
  ): Promise<CloudLab> {
    const lab = new CloudLab(env, environment);
    const worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue: lab.#taskQueue,
      workflowBundle: { codePath: path.join(projectRoot, 'dist/workflows/bundle.generated.cjs') },
      activities: lab.cloud.activities(),
      ...(remembers ? {} : { maxCachedWorkflows: 0 }),
    });
    const running = worker.run();
    cleanup(async () => {
      worker.shutdown();
      await running;
    });
    return lab;
  }

  get #taskQueue(): string {
    return `incidentfox-${this.#environment}`;
  }

  async start(work: 'deploy' | 'teardown', request: DeployRequest = {}): Promise<WorkflowHandle> {
    this.#count += 1;
    const workflowId = `${work}-${this.#environment}-${this.#count}`;
    return await this.client.workflow.start(work, { taskQueue: this.#taskQueue, workflowId, args: [request] });
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
