import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { vi } from 'vitest';
import { stringify } from 'yaml';
import { Cluster } from '../../../activities/kubernetes/cluster.ts';
import { newestRevision, type Revision } from '../../../activities/kubernetes/look/release.ts';
import { type ClusterEnvironment, loadEnvironment } from '../../../environments/load.ts';
import type { DeployResult, Progress, TeardownResult } from '../../../workflows/lifecycle-contract.ts';
import type { ErrorDocument } from '../../../workflows/problem.ts';
import type { Cleanup } from '../../support/flags.ts';
import { killInActivities } from '../../support/kill-in-activities.ts';
import { type CommandResult, EmbeddedLab } from '../../support/lab.ts';
import { patience } from './control-plane.ts';
import { chart, Demo, shippedText } from './demo.ts';
import { controlPlaneTools } from './tools.ts';

export type Answer<Result> = Result & Partial<ErrorDocument> & { exitCode: number };

/** A control plane with nothing on it, and a lab that deploys to it as a user does. */
export class Lifecycle {
  readonly demo: Demo;
  readonly lab: EmbeddedLab;
  readonly cluster: Cluster;
  #killed: number | undefined;
  /** path of the values that the chart is installed with */
  readonly valuesFile: string;

  private constructor(demo: Demo, lab: EmbeddedLab, values: string) {
    this.demo = demo;
    this.lab = lab;
    this.valuesFile = values;
    this.cluster = new Cluster({ context: null, namespace: demo.namespace });
  }

  /** `more`: what the environment is to have beside that, and variables of its lab. */
  static async up(cleanup: Cleanup, more: { environment?: object; env?: NodeJS.ProcessEnv } = {}): Promise<Lifecycle> {
    const demo = await Demo.none(cleanup);
    const values = path.join(demo.plane.directory, 'values.yaml');
    const known = loadEnvironment('kubernetes') as ClusterEnvironment;
    const own = { ...known.demo, chart, repository: null, version: null, values: [values], readyWithin: '40s' };
    writeFileSync(
      demo.environment,
      stringify({
        ...known,
        demo: own,
        reconciler: { image: 'example.invalid/incidentfox:0.1.0' },
        ...more.environment,
      }),
    );
    const { helm, kubectl } = await controlPlaneTools();
    const PATH = [path.dirname(helm), path.dirname(kubectl), process.env['PATH']].join(path.delimiter);
    const lab = await EmbeddedLab.up(cleanup, [], { INCIDENTFOX_ENVIRONMENT: demo.environment, PATH, ...more.env });
    const life = new Lifecycle(demo, lab, values);
    life.values({});
    return life;
  }

  /** What the chart is to be installed with, beside the flags. */
  values(values: object): void {
    writeFileSync(this.valuesFile, stringify({ flags: shippedText, ...values }));
  }

  deploy = async (): Promise<Answer<DeployResult>> => read(await this.lab.deploy('--json'));
  teardown = async (): Promise<Answer<TeardownResult>> => read(await this.lab.teardown('--yes', '--json'));

  revision = (): Promise<Revision | null> => newestRevision(this.cluster, 'otel-demo');

  /** Whether the lab's namespace is there. */
  async namespaceExists(): Promise<boolean> {
    const found = await this.demo.plane.kubectl(['get', 'namespace', this.demo.namespace, '--ignore-not-found']);
    return found !== '';
  }

  /** Starts a life cycle and answers what Query `progress` says at each look, until its end. */
  async watch(
    work: Progress['work'],
    onStep: (now: Progress) => Promise<void>,
    workflowId?: string,
    input?: object,
  ): Promise<unknown> {
    const connection = await Connection.connect({ address: this.lab.at.temporal.address });
    const client = new Client({ connection });
    const handle = await this.#start(client, work, workflowId, input);
    let last = '';
    const over = handle.result().finally(() => (last = 'over'));
    // who awaits it hears of it
    over.catch(() => undefined);
    try {
      await vi.waitFor(
        async () => {
          if (last === 'over') return;
          // one that went to a worker which was killed would be waited for while steps go by
          const now = await client.withDeadline(Date.now() + 500, () => handle.query<Progress>('progress'));
          // before the first step there is nothing to interrupt
          if (now.step !== 'starting' && now.step !== last && last !== 'over') {
            last = now.step;
            await onStep(now);
          }
          throw new Error(`at ${now.step}`);
        },
        // whoever calls it has a limit of its own
        { timeout: 600_000, interval: 40 },
      );
      return await over;
    } finally {
      await connection.close();
    }
  }

  /** Runs a life cycle, and kills the worker once in each of its activities that is wanted; answers these, and its result. */
  async killIn(
    work: Progress['work'],
    isWanted: (type: string) => boolean,
  ): Promise<{ killed: string[]; result: unknown }> {
    const connection = await Connection.connect({ address: this.lab.at.temporal.address });
    try {
      const handle = await this.#start(new Client({ connection }), work);
      const killed = await killInActivities(handle, isWanted, () => this.killWorker());
      return { killed, result: await handle.result() };
    } finally {
      await connection.close();
    }
  }

  async #start(
    client: Client,
    work: Progress['work'],
    workflowId = `${work}-watched-${Date.now()}`,
    input: object = {},
  ): Promise<WorkflowHandle> {
    return await client.workflow.start(work, { taskQueue: 'incidentfox-kubernetes', workflowId, args: [input] });
  }

  /** Ends the lab's worker by SIGKILL, the next one where this was done before; the supervisor brings another. */
  async killWorker(): Promise<void> {
    this.#killed = await vi.waitFor(
      async () => {
        const { pid } = this.lab.state().worker.process ?? {};
        if (pid === undefined || pid === this.#killed) throw new Error('no new worker yet');
        process.kill(pid, 'SIGKILL');
        return pid;
      },
      { ...patience, interval: 10 },
    );
  }
}

function read<Result>({ stdout, exitCode }: CommandResult): Answer<Result> {
  return { ...(JSON.parse(stdout) as Result & Partial<ErrorDocument>), exitCode };
}
