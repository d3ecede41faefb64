import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateNodegroupCommand, type Nodegroup } from '@aws-sdk/client-eks';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { describeCluster, describeNodegroups } from '../../activities/aws/eks.ts';
import { scaleNodegroup } from '../../activities/aws/scale-nodegroup.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { accountClients } from '../support/aws/account.ts';
import { type Answerer, Front, json, jsonError } from '../support/aws/front.ts';
import { Moto } from '../support/aws/moto.ts';
import { cluster, instance, network, type Network } from '../support/aws/seed.ts';

const cleanup = fileCleanup();
const moto = Moto.shared();
beforeAll(() => moto.reset());
const front = await Front.up(cleanup, moto.endpoint);
const clients = accountClients(front.endpoint, cleanup);
let net: Network;
let shown: string[];
const progress = { show: ({ detail }: { detail?: string | null }) => void shown.push(detail ?? '') };

beforeEach(async () => {
  front.answer = () => undefined;
  shown = [];
  await moto.reset();
  net = await network(clients, {});
  await cluster(clients, net, 'demo', {});
  await group('app', { minSize: 1, maxSize: 4, desiredSize: 2 });
  await group('system', { minSize: 1, maxSize: 2, desiredSize: 1 });
  await node();
  await node();
});

async function group(nodegroupName: string, scalingConfig: Nodegroup['scalingConfig']): Promise<void> {
  const common = { clusterName: 'demo', nodeRole: 'arn:aws:iam::123456789012:role/node', subnets: [net.subnet] };
  const types = { instanceTypes: ['t3.medium'], capacityType: 'SPOT' as const };
  await clients.eks.send(new CreateNodegroupCommand({ ...common, ...types, nodegroupName, scalingConfig }));
}

/** In the place of the group's autoscaling, which moto does not play. */
const node = () => instance(clients, net, { 'eks:cluster-name': 'demo', 'eks:nodegroup-name': 'app' }, 't3.medium');

/** moto's own answer is a defect of its. */
const noSuchCluster: Answerer = (action) =>
  action === 'GET /clusters/no-cluster/node-groups'
    ? jsonError('ResourceNotFoundException', 'No cluster found for name: no-cluster.', 404)
    : undefined;

const scale = (desired: number, name = 'app', patience?: number) =>
  scaleNodegroup(clients, { cluster: 'demo', name, desired }, progress, AbortSignal.timeout(60_000), patience);

describe('scaling', () => {
  test('waits until the nodes run, and says how many there were', async () => {
    const scaled = scale(3);
    await expect.poll(() => shown).toContain('node group app is ACTIVE, 2 of 3 nodes run');
    await node();
    expect(await scaled).toEqual({ cluster: 'demo', name: 'app', desired: 3, before: 2 });
    expect(await describeNodegroups(clients, 'demo')).toMatchObject([{ name: 'app', desired: 3 }, { name: 'system' }]);
  });

  test('down waits until the others are gone', async () => {
    const id = await node();
    const scaled = scale(2);
    await expect.poll(() => shown).toContain('node group app is ACTIVE, 3 of 2 nodes run');
    await clients.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    expect(await scaled).toMatchObject({ before: 2 });
  });

  test('to what is there changes nothing', async () => {
    front.calls.length = 0;
    expect(await scale(2)).toMatchObject({ before: 2, desired: 2 });
    expect(front.calls.filter((action) => action.includes('update-config'))).toEqual([]);
  });

  test.each([5, 0, -1, 1.5, Number.NaN])('to %s is refused with the limits', async (desired) => {
    await expect(scale(desired)).rejects.toMatchObject({
      code: 'bad-usage',
      message: expect.stringMatching(/^Node group app may have 1 to 4 nodes \(now 2\), and not /) as string,
    });
    expect(await describeNodegroups(clients, 'demo')).toMatchObject([{ desired: 2 }, {}]);
  });

  test('of a group that is not there names those that are', async () => {
    await expect(scale(2, 'apps')).rejects.toMatchObject({
      code: 'no-such-nodegroup',
      message: 'Cluster demo has no node group "apps"; it has app, system',
      hint: 'Did you mean app?',
    });
    front.answer = noSuchCluster;
    const nowhere = { cluster: 'no-cluster', name: 'app', desired: 2 };
    await expect(scaleNodegroup(clients, nowhere, progress, AbortSignal.timeout(1_000))).rejects.toMatchObject({
      code: 'no-such-nodegroup',
      message: 'Cluster no-cluster has no node group "app"; it has none, or is not there',
    });
  });

  test('of a group that is being changed is refused', async () => {
    front.answer = (action) =>
      action.endsWith('/update-config')
        ? jsonError('ResourceInUseException', 'Nodegroup cannot be updated as it is currently not in Active State', 409)
        : undefined;
    await expect(scale(3)).rejects.toMatchObject({ code: 'lifecycle-busy' });
  });

  test('that does not get there says what EKS says', async () => {
    const scalingConfig = { minSize: 1, maxSize: 4, desiredSize: 2 };
    const issues = [{ code: 'AsgInstanceLaunchFailures', message: 'You have exceeded your vCPU limit' }];
    const nodegroup = { nodegroupName: 'app', status: 'DEGRADED', scalingConfig, health: { issues } };
    front.answer = (action) => (action.endsWith('/node-groups/app') ? json({ nodegroup }) : undefined);
    const problem = 'AsgInstanceLaunchFailures: You have exceeded your vCPU limit';
    await expect(scale(2, 'app', 0)).rejects.toMatchObject({
      code: 'not-ready',
      message: expect.stringContaining(`node group app is DEGRADED, 2 of 2 nodes run; ${problem}`) as string,
    });
  });
});

describe('status', () => {
  test('shows the cluster with its add-ons and their health', async () => {
    const issues = [{ code: 'InsufficientNumberOfReplicas', message: 'no nodes', resourceIds: [] }];
    // moto knows no add-ons
    front.answer = (action) => {
      if (action === 'GET /clusters/demo/addons') return json({ addons: ['vpc-cni', 'coredns'] });
      const [name] = /[\w-]+$/.exec(action) ?? [];
      if (!action.startsWith('GET /clusters/demo/addons/')) return undefined;
      const health = name === 'coredns' ? { status: 'DEGRADED', health: { issues } } : { status: 'ACTIVE' };
      return json({ addon: { addonName: name, addonVersion: 'v1', ...health } });
    };
    expect(await describeCluster(clients, 'demo')).toMatchObject({
      name: 'demo',
      status: 'ACTIVE',
      version: expect.stringMatching(/^1\.\d+$/) as string,
      since: expect.stringMatching(/^20\d\d-.*Z$/) as string,
      issues: [],
      addons: [
        { name: 'coredns', version: 'v1', status: 'DEGRADED', issues: ['InsufficientNumberOfReplicas: no nodes'] },
        { name: 'vpc-cni', version: 'v1', status: 'ACTIVE', issues: [] },
      ],
    });
  });

  test('shows the node groups', async () => {
    const same = { status: 'ACTIVE', types: ['t3.medium'], capacity: 'SPOT', min: 1, issues: [] };
    expect(await describeNodegroups(clients, 'demo')).toEqual([
      { ...same, name: 'app', desired: 2, max: 4 },
      { ...same, name: 'system', desired: 1, max: 2 },
    ]);
  });

  test('of a cluster that is not there is that', async () => {
    front.answer = noSuchCluster;
    expect(await describeCluster(clients, 'no-cluster')).toBeNull();
    expect(await describeNodegroups(clients, 'no-cluster')).toEqual([]);
  });
});
