import { Client, type WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { SecretWork } from '../../../workflows/secrets-contract.ts';
import type { Cleanup } from '../../support/flags.ts';
import { SecretsWorld, secretSteps } from './secrets-world.ts';
import { runWorker } from './worker.ts';
import { Worlds } from './worlds.ts';

/** Secrets of one environment, as they are in a world of the test's, and a worker that may serve several. */
export class SecretsLab {
  readonly client: Client;
  readonly world: SecretsWorld;
  readonly environment: string;
  readonly #taskQueue: string;
  readonly #worlds: Worlds;
  #count = 0;

  private constructor(client: Client, taskQueue: string, environment: string, worlds: Worlds) {
    this.client = client;
    this.environment = environment;
    this.#taskQueue = taskQueue;
    this.#worlds = worlds;
    this.world = new SecretsWorld(environment);
    worlds.add(environment, this.world.activities());
  }

  /** On a server, with a worker of its own; `remembers` as in runWorker. */
  static async on(
    env: TestWorkflowEnvironment,
    environment: string,
    cleanup: Cleanup,
    { remembers = false } = {},
  ): Promise<SecretsLab> {
    const worlds = new Worlds();
    const taskQueue = `incidentfox-${environment}`;
    await runWorker(env, taskQueue, worlds.activities(secretSteps), cleanup, { remembers });
    // not env.client: that lets time jump whenever a result is waited for
    const client = new Client({ connection: env.connection, namespace: env.namespace ?? 'default' });
    return new SecretsLab(client, taskQueue, environment, worlds);
  }

  /** A further environment, with a world of its own, on the same worker. */
  another(environment: string): SecretsLab {
    return new SecretsLab(this.client, this.#taskQueue, environment, this.#worlds);
  }

  /** `input`: as somebody gives it; left out, there is none at all. */
  async start(work: SecretWork, ...input: unknown[]): Promise<WorkflowHandle> {
    this.#count += 1;
    const workflowId = `${work}-${this.environment}-${this.#count}`;
    return await this.client.workflow.start(work, { taskQueue: this.#taskQueue, workflowId, args: input });
  }

  async run<Result>(work: SecretWork, ...input: unknown[]): Promise<Result> {
    return (await (await this.start(work, ...input)).result()) as Result;
  }
}
