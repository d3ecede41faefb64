import { rm } from 'node:fs/promises';
import path from 'node:path';
import { CreateNodegroupCommand } from '@aws-sdk/client-eks';
import { Client, Connection } from '@temporalio/client';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeKubeconfig } from '../../activities/aws/kubeconfig.ts';
import { taskQueues } from '../../workflows/contract.ts';
import { lifecycleMessages, type Lifetime, lifecycleTypes, lifetimeId } from '../../workflows/lifecycle-contract.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { builtCommand, EmbeddedLab } from '../support/lab.ts';
import { accountClients } from '../support/aws/account.ts';
import { environmentFile } from './support/environment.ts';
import { ec2Error, Front, json, jsonError } from '../support/aws/front.ts';
import { Moto } from '../support/aws/moto.ts';
import { cluster, elasticAddress, natGateway, network, volume } from '../support/aws/seed.ts';

const cleanup = fileCleanup();
const moto = Moto.shared();
beforeAll(() => moto.reset());
const front = await Front.up(cleanup, moto.endpoint);
const clients = accountClients(front.endpoint, cleanup);
const directory = await temporaryDirectory(cleanup);
const file = environmentFile(directory, 'demo');
const ours = { Project: 'incidentfox', Environment: 'lab' };

interface Status {
  cluster: string | null;
  release: object;
  aws: { cluster: object | null; nodegroups: object[]; error?: object };
  cost: { hourly: number; soFar: number; error?: object } | null;
  lifetime: (Lifetime & { secondsLeft: number }) | null;
}

const command = (args: string[] = [], env: NodeJS.ProcessEnv = {}) =>
  builtCommand('status', ['--environment', file, ...args], { INCIDENTFOX_LAB: directory, ...env });

async function status(env: NodeJS.ProcessEnv = {}): Promise<Status> {
  const { stdout, exitCode } = await command(['--json'], env);
  expect(exitCode).toBe(0);
  return JSON.parse(stdout) as Status;
}

/** moto knows no add-ons. */
const addons = (action: string) => {
  if (action === 'GET /clusters/demo/addons') return json({ addons: ['coredns'] });
  if (action !== 'GET /clusters/demo/addons/coredns') return undefined;
  const issues = [{ code: 'InsufficientNumberOfReplicas', message: 'no nodes' }];
  return json({ addon: { addonName: 'coredns', addonVersion: 'v1.12', status: 'DEGRADED', health: { issues } } });
};

beforeEach(async () => {
  front.answer = addons;
  await moto.reset();
});

async function seed(): Promise<void> {
  const net = await network(clients, ours);
  await cluster(clients, net, 'demo', ours);
  const common = { clusterName: 'demo', nodeRole: 'arn:aws:iam::123456789012:role/node', subnets: [net.subnet] };
  const group = { instanceTypes: ['t3.large'], scalingConfig: { minSize: 1, maxSize: 4, desiredSize: 2 } };
  await clients.eks.send(new CreateNodegroupCommand({ ...common, ...group, nodegroupName: 'app' }));
  await natGateway(clients, net, await elasticAddress(clients, ours), ours);
  await natGateway(clients, net, await elasticAddress(clients, {}), {});
  await volume(clients, ours);
  await volume(clients, {});
}

describe('status of a lab on AWS', () => {
  it('shows what AWS knows and what it costs, where the cluster cannot be looked into', async () => {
    await seed();
    const found = await status();
    expect(found.cluster).toBeNull();
    expect(found.release).toMatchObject({ error: { code: 'bad-kubeconfig' } });
    const issues = ['InsufficientNumberOfReplicas: no nodes'];
    expect(found.aws).toMatchObject({
      region: 'us-west-2',
      cluster: { name: 'demo', status: 'ACTIVE', addons: [{ name: 'coredns', status: 'DEGRADED', issues }] },
      nodegroups: [{ name: 'app', desired: 2, min: 1, max: 4, types: ['t3.large'], status: 'ACTIVE' }],
    });
    // control plane, two nodes, NAT gateway and its address, one GB
    expect(found.cost?.hourly).toBeCloseTo(0.1 + 2 * 0.0832 + 0.045 + 0.005 + 0.08 / 730, 6);
    expect(found.cost).toMatchObject({ currency: 'USD', unknown: [], without: expect.arrayContaining(['secrets']) });
    expect(found.cost?.soFar).toBeGreaterThanOrEqual(0);
    expect(found.lifetime).toMatchObject({ error: { code: 'lab-down' } });
    const { stdout } = await command();
    expect(stdout).toContain(`no cluster; npm run deploy -- --environment ${file}`);
    expect(stdout).toMatch(/^eks +demo in us-west-2: ACTIVE, Kubernetes 1\.\d+, since 20/m);
    expect(stdout).toMatch(
      /^nodes +app: 2 of 1–4, t3\.large, ON_DEMAND, ACTIVE\nadd-ons +coredns v1\.12: DEGRADED\n {2}Ins/m,
    );
    expect(stdout).toMatch(/^cost +about 0\.32 USD an hour, 0\.\d\d since .*\n.* without load balancers/m);
  });

  it('says that there is nothing yet', async () => {
    front.answer = (action) =>
      action === 'GET /clusters/demo' ? jsonError('ResourceNotFoundException', 'No cluster found', 404) : undefined;
    expect(await status()).toMatchObject({ cluster: null, aws: { cluster: null, nodegroups: [] }, cost: null });
    expect((await command()).stdout).toMatch(/no cluster; npm run deploy.*\neks +none in us-west-2\n/);
  });

  it('says once what AWS does not tell, and shows the rest', async () => {
    const env = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
    const error = { code: 'aws-credentials' };
    expect(await status(env)).toMatchObject({ cluster: null, aws: { error }, cost: { error } });
    const { stdout } = await command([], env);
    expect(stdout.match(/no AWS credentials/g)).toHaveLength(1);
    expect(stdout).toMatch(/^eks +unknown: .*aws sso login/m);
  });

  it('shows what AWS knows where the kubeconfig opens nothing', async () => {
    await seed();
    const kubeconfig = path.join(directory, 'kubeconfig');
    await writeKubeconfig(clients, { cluster: 'demo', file: kubeconfig });
    const unreachable = { release: { error: { code: 'cluster-unreachable' } }, aws: { cluster: { name: 'demo' } } };
    expect(await status()).toMatchObject(unreachable);
    const hint = expect.stringMatching(/^There are no AWS credentials.*aws sso login/) as string;
    const release = { error: { code: 'cluster-denied', hint } };
    const env = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
    expect(await status(env)).toMatchObject({ release, aws: { error: { code: 'aws-credentials' } } });
    await rm(kubeconfig);
  });

  it('shows the cluster where only its cost may not be reckoned', async () => {
    await seed();
    front.answer = (action) =>
      action === 'DescribeVolumes' ? ec2Error('UnauthorizedOperation', 'You are not authorized', 403) : addons(action);
    const cost = { error: { code: 'aws-denied', message: expect.stringContaining('ec2:DescribeVolumes') as string } };
    expect(await status()).toMatchObject({ aws: { cluster: { name: 'demo' } }, cost });
  });

  it('shows when the lab is torn down by itself, and warns when that is soon', async () => {
    const lab = await EmbeddedLab.up(cleanup, [], { INCIDENTFOX_ENVIRONMENT: file });
    const connection = await Connection.connect({ address: lab.at.temporal.address });
    cleanup(() => connection.close());
    const env = { ...lab.env, FORCE_COLOR: '1', NO_COLOR: undefined };
    expect((await status(env)).lifetime).toBeNull();
    expect((await command([], env)).stdout).not.toContain('lifetime');
    const until = new Date(Date.now() + 20 * 60_000).toISOString();
    const handle = await new Client({ connection }).workflow.start(lifecycleTypes.lifetime, {
      workflowId: lifetimeId('aws'),
      taskQueue: taskQueues('aws').main,
      args: [{ environment: 'aws', until }],
    });
    const { lifetime } = await status(env);
    expect(lifetime).toMatchObject({ until, phase: 'living', trouble: null });
    expect(lifetime?.secondsLeft).toBeGreaterThan(18 * 60);
    const yellow = '\u001B[33m';
    expect((await command([], env)).stdout).toContain(`lifetime   ${yellow}torn down in `);
    await handle.signal(lifecycleMessages.renew, { until: new Date(Date.now() + 2 * 3_600_000).toISOString() });
    expect((await command([], env)).stdout).toMatch(/^lifetime {3}torn down in (2h|1h 59m)/m);
    await handle.terminate('the test is through');
    expect((await status(env)).lifetime).toBeNull();
  });
});
