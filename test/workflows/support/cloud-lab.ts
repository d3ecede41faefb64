import { Client, type WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { vi } from 'vitest';
import { type DeployRequest, lifecycleMessages, type Progress } from '../../../workflows/lifecycle-contract.ts';
import type { Cleanup } from '../../support/flags.ts';
import { timeSkippingServer } from '../../support/incidents.ts';
import { Cloud, cloudSteps } from './cloud.ts';
import { runWorker } from './worker.ts';
import { Worlds } from './worlds.ts';

/** A cloud, and a worker that may serve several, on the time-skipping server, whose clock stands still unless it is told to go on. */
export class CloudLab {
  readonly env: TestWorkflowEnvironment;
  readonly client: Client;
  readonly cloud: Cloud;
  readonly environment: string;
  readonly #taskQueue: string;
  readonly #worlds: Worlds;
  #count = 0;

  private constructor(env: TestWorkflowEnvironment, taskQueue: string, environment: string, worlds: Worlds) {
    this.env = env;
    this.environment = environment;
    this.#taskQueue = taskQueue;
    this.#worlds = worlds;
    this.cloud = new Cloud(environment);
    worlds.add(environment, this.cloud.activities());
    // not env.client: that lets time jump whenever a result is waited for
    this.client = new Client({ connection: env.connection, namespace: env.namespace ?? 'default' });
  }

  static async up(cleanup: Cleanup): Promise<CloudLab> {
    const env = await timeSkippingServer();
    cleanup(() => env.teardown());
    return await CloudLab.on(env, 'aws', cleanup);
  }

  /** On a server that is there already, with a worker of its own; `remembers` as in runWorker. */
  static async on(
    env: TestWorkflowEnvironment,
    environment: string,
    cleanup: Cleanup,
    { remembers = true } = {},
  ): Promise<CloudLab> {
    const worlds = new Worlds();
    const taskQueue = `incidentfox-${environment}`;
    await runWorker(env, taskQueue, worlds.activities(cloudSteps), cleanup, { remembers });
    return new CloudLab(env, taskQueue, environment, worlds);
  }

  /** A further environment, with a cloud of its own, on the same worker. */
  another(environment: string): CloudLab {
    return new CloudLab(this.env, this.#taskQueue, environment, this.#worlds);
  }

  async start(work: 'deploy' | 'teardown', request: DeployRequest = {}): Promise<WorkflowHandle> {
    this.#count += 1;
    const workflowId = `${work}-${this.environment}-${this.#count}`;
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
      { timeout: 60_000, interval: 20 },
    );
  }
}
