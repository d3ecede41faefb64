import path from 'node:path';
import { Context } from '@temporalio/activity';
import { Client, type WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { projectRoot } from '../../../environments/root.ts';
import type { Caller } from '../../../workflows/lifecycle-contract.ts';
import type { SecretActivities, SecretWork } from '../../../workflows/secrets-contract.ts';
import type { Cleanup } from '../../support/flags.ts';
import { type SecretStep, SecretsWorld, secretSteps } from './secrets-world.ts';

/** The activities of the world that a workflow belongs to, by the id of that which people look at. */
type Worlds = Map<string, SecretActivities>;

/** Secrets of one environment, as they are in a world of the test's, and a worker that may serve several. */
export class SecretsLab {
  readonly client: Client;
  readonly world: SecretsWorld;
  readonly #environment: string;
  readonly #taskQueue: string;
  readonly #worlds: Worlds;
  #count = 0;

  private constructor(client: Client, taskQueue: string, environment: string, worlds: Worlds) {
    this.client = client;
    this.#taskQueue = taskQueue;
    this.#environment = environment;
    this.#worlds = worlds;
    this.world = new SecretsWorld(environment);
  }

  /**
   * On a server, with a worker of its own. `remembers`: whether that keeps workflows between tasks; one that does not, replays each from
   * its history, as a worker does that has just been started.
   */
  static async on(
    env: TestWorkflowEnvironment,
    environment: string,
    cleanup: Cleanup,
    { remembers = false } = {},
  ): Promise<SecretsLab> {
    const worlds: Worlds = new Map();
    const taskQueue = `incidentfox-${environment}`;
    const worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue,
      workflowBundle: { codePath: path.join(projectRoot, 'dist/workflows/bundle.generated.cjs') },
      activities: dispatching(worlds),
      ...(remembers ? {} : { maxCachedWorkflows: 0 }),
    });
    const running = worker.run();
    cleanup(async () => {
      worker.shutdown();
      await running;
    });
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
    const workflowId = `${work}-${this.#environment}-${this.#count}`;
    this.#worlds.set(workflowId, this.world.activities());
    return await this.client.workflow.start(work, { taskQueue: this.#taskQueue, workflowId, args: input });
  }

  async run<Result>(work: SecretWork, ...input: unknown[]): Promise<Result> {
    return (await (await this.start(work, ...input)).result()) as Result;
  }
}

function dispatching(worlds: Worlds): object {
  const call = async (step: SecretStep, request?: { tell: Caller }): Promise<unknown> => {
    const id = request?.tell.workflowId ?? Context.current().info.workflowExecution?.workflowId ?? '';
    const work = worlds.get(id)?.[step] as ((asked: unknown) => Promise<unknown>) | undefined;
    return await work?.(request);
  };
  return Object.fromEntries(secretSteps.map((step) => [step, (request?: { tell: Caller }) => call(step, request)]));
}
