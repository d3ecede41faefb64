import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { vi } from 'vitest';
import { stringify } from 'yaml';
import { type AwsEnvironment, loadEnvironment } from '../../../environments/load.ts';
import { projectRoot } from '../../../environments/root.ts';
import {
  type DeployRequest,
  lifecycleMessages,
  type Progress,
  type Work,
} from '../../../workflows/lifecycle-contract.ts';
import { Demo, chart, shippedText } from '../../cluster/support/demo.ts';
import { ExternalSecrets } from '../../cluster/support/external-secrets.ts';
import { operatorChart } from '../../cluster/support/operator-chart.ts';
import { controlPlaneTools } from '../../cluster/support/tools.ts';
import type { Cleanup } from '../../support/flags.ts';
import { temporaryDirectory } from '../../support/flags.ts';
import { killInActivities } from '../../support/kill-in-activities.ts';
import type { DrawnSteps } from '../../support/steps.ts';
import { EmbeddedLab } from '../../support/lab.ts';
import { EksAccount } from './eks-account.ts';
import { type Operation, operationsIn } from '../../support/terraform/journal.ts';
import { Moto } from '../../support/aws/moto.ts';
import { tofuPath } from '../../support/terraform/tofu.ts';

/** A lab on AWS as a user has it: real OpenTofu on terraform/, a real control plane behind EKS, everything else simulated. */
export class AwsLab {
  readonly account: EksAccount;
  readonly demo: Demo;
  readonly lab: EmbeddedLab;
  readonly moto: Moto;
  readonly client: Client;
  #killed: number | undefined;

  private constructor(parts: Pick<AwsLab, 'account' | 'demo' | 'lab' | 'moto' | 'client'>) {
    this.account = parts.account;
    this.demo = parts.demo;
    this.lab = parts.lab;
    this.moto = parts.moto;
    this.client = parts.client;
  }

  static async up(cleanup: Cleanup, env: NodeJS.ProcessEnv = {}): Promise<AwsLab> {
    const directory = await temporaryDirectory(cleanup);
    const moto = await Moto.up(cleanup);
    const account = await EksAccount.open(directory, moto.endpoint, cleanup);
    const demo = await Demo.none(cleanup, account.webhook(path.join(directory, 'webhook.json')));
    account.plane = demo.plane;
    const file = path.join(directory, 'aws.yaml');
    writeFileSync(file, stringify(environmentIn(directory, await operatorChart(cleanup))));
    const operator = new ExternalSecrets(demo.plane.kubeconfig, account.endpoint);
    cleanup(() => operator.close());
    const { helm, kubectl } = await controlPlaneTools();
    const lab = await EmbeddedLab.up(cleanup, [], {
      ...awsVariables(account),
      INCIDENTFOX_ENVIRONMENT: file,
      TERRAFORM_PATH: await tofuPath(),
      PATH: [path.dirname(helm), path.dirname(kubectl), process.env['PATH']].join(path.delimiter),
      // only what deploy writes names the cluster
      KUBECONFIG: path.join(directory, 'nowhere'),
      ...env,
    });
    const connection = await Connection.connect({ address: lab.at.temporal.address });
    cleanup(() => connection.close());
    return new AwsLab({ account, demo, lab, moto, client: new Client({ connection }) });
  }

  /** What the simulated providers have done since the beginning. */
  journal(): Operation[] {
    return operationsIn(readFileSync(this.account.journal, 'utf8'));
  }

  async start(work: Work, request: DeployRequest = {}): Promise<WorkflowHandle> {
    const workflowId = `${work}-watched-${Date.now()}`;
    return await this.client.workflow.start(work, { taskQueue: 'incidentfox-aws', workflowId, args: [request] });
  }

  /** Waits until a workflow shows what `condition` wants; a worker that was killed does not answer for a while. */
  async shows(handle: WorkflowHandle, condition: (now: Progress) => boolean): Promise<Progress> {
    return await vi.waitFor(
      async () => {
        const now = await this.client.withDeadline(Date.now() + 2_000, () =>
          handle.query<Progress>(lifecycleMessages.progress),
        );
        if (!condition(now)) throw new Error(`it shows ${JSON.stringify(now)}`);
        return now;
      },
      { timeout: 240_000, interval: 20 },
    );
  }

  /** Kills the worker once in each activity of a workflow that is among `drawn`, until its end; answers their types. */
  async killInSteps(handle: WorkflowHandle, drawn: DrawnSteps): Promise<string[]> {
    const killed = await killInActivities(handle, drawn.has, () => this.#killWorker());
    await handle.result();
    return killed;
  }

  async #killWorker(): Promise<void> {
    this.#killed = await vi.waitFor(
      async () => {
        const { pid } = this.lab.state().worker.process ?? {};
        if (pid === undefined || pid === this.#killed) throw new Error('no new worker yet');
        process.kill(pid, 'SIGKILL');
        return pid;
      },
      { timeout: 240_000, interval: 10 },
    );
  }
}

function awsVariables({ endpoint, world, journal }: EksAccount): NodeJS.ProcessEnv {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    TFSIM_WORLD: world,
    TFSIM_JOURNAL: journal,
  };
}

/** The shipped environment with the tests' charts, and its state on this machine. `operator`: path of the chart of External Secrets'. */
function environmentIn(directory: string, operator: string): object {
  const { cluster, ...known } = loadEnvironment('aws') as AwsEnvironment;
  const { kubeconfig: _own, ...place } = cluster;
  const values = path.join(directory, 'values.yaml');
  writeFileSync(values, stringify({ flags: shippedText }));
  const variables = path.join(directory, 'test.tfvars');
  writeFileSync(variables, 'public_access_cidrs = ["203.0.113.7/32"]\n');
  const addon = path.join(projectRoot, 'test/aws/support/addon');
  return {
    ...known,
    cluster: place,
    aws: {
      ...known.aws,
      loadBalancers: { chart: addon, repository: null, version: null },
      terraform: { variables: [variables], state: { backend: 'local' } },
    },
    // nothing listens in the pods of these workloads
    secrets: { ...known.secrets, operator: { chart: operator, repository: null, version: null }, logins: {} },
    demo: { ...known.demo, chart, repository: null, version: null, values: [values], readyWithin: '60s' },
  };
}
