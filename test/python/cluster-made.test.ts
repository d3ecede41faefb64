import {
  AttachVolumeCommand,
  DeleteNetworkInterfaceCommand,
  DescribeSecurityGroupsCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
} from '@aws-sdk/client-ec2';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { removeClusterMade } from '../../activities/aws/cluster-made/remove.ts';
import { told } from '../../activities/aws/sweep/leftover.ts';
import { findLeftovers } from '../../activities/aws/sweep/sweep.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { accountClients } from '../support/aws/account.ts';
import { ec2Error, Front, queryError } from '../support/aws/front.ts';
import { Moto } from '../support/aws/moto.ts';
import {
  classicLoadBalancer,
  instance,
  letIn,
  loadBalancer,
  network,
  networkInterface,
  securityGroup,
  targetGroup,
  volume,
} from '../support/aws/seed.ts';

const cleanup = fileCleanup();
const moto = Moto.shared();
beforeAll(() => moto.reset());
const front = await Front.up(cleanup, moto.endpoint);
const clients = accountClients(front.endpoint, cleanup);
const ours = { lab: 'lab', cluster: 'demo' };
const labTags = { Project: 'incidentfox', Environment: 'lab', ManagedBy: 'terraform' };
const owned = { 'kubernetes.io/cluster/demo': 'owned' };
const ofController = { 'elbv2.k8s.aws/cluster': 'demo' };
const ofClaim = { 'ebs.csi.aws.com/cluster': 'true', CSIVolumeName: 'pvc-1' };
let shown: string[] = [];
const progress = {
  show: ({ detail }: { detail?: string | null }) => void shown.push(detail ?? ''),
  line: () => undefined,
};

beforeEach(async () => {
  front.answer = () => undefined;
  await moto.reset();
  front.calls.length = 0;
  shown = [];
});

const remove = (signal = AbortSignal.timeout(60_000), patience?: number) =>
  removeClusterMade(clients, ours, progress, signal, patience);

/** What has the tags of a cluster, in a network of the lab's. */
async function seed({ lab, cluster }: typeof ours, cidr: string) {
  const tags = { ...labTags, Environment: lab };
  const owner = { [`kubernetes.io/cluster/${cluster}`]: 'owned' };
  const controller = { 'elbv2.k8s.aws/cluster': cluster };
  const net = await network(clients, tags, cidr);
  const nodes = await securityGroup(clients, net, `${cluster}-nodes`, { ...tags, ...owner });
  const traffic = await securityGroup(clients, net, `k8s-traffic-${cluster}`, { ...tags, ...controller });
  await letIn(clients, traffic, nodes);
  const inTree = await securityGroup(clients, net, `k8s-elb-${cluster}`, owner);
  const made = [
    `load balancer k8s-${cluster}`,
    `classic load balancer classic-${cluster}`,
    `target group k8s-${cluster}`,
    `security group ${traffic}`,
    `security group ${inTree}`,
    `network interface ${await networkInterface(clients, net, { 'cluster.k8s.amazonaws.com/name': cluster })}`,
    `volume ${await volume(clients, { ...ofClaim, ...tags })}`,
    `volume ${await volume(clients, { ...ofClaim, ...owner })}`,
  ];
  await loadBalancer(clients, net, `k8s-${cluster}`, { ...tags, ...controller });
  await classicLoadBalancer(clients, `classic-${cluster}`, owner);
  await targetGroup(clients, net, `k8s-${cluster}`, controller);
  const disk = await volume(clients, { ...tags, ...owner });
  return { net, nodes, made: made.toSorted(), kept: [`VPC ${net.vpc}`, `security group ${nodes}`, `volume ${disk}`] };
}

test('removes what the cluster made, and nothing that Terraform made or another cluster', async () => {
  const { nodes, made, kept } = await seed(ours, '10.0.0.0/16');
  const other = { lab: 'other', cluster: 'demo-2' };
  const others = await seed(other, '10.1.0.0/16');
  const before = (await findLeftovers(clients, other)).map(told);
  const mixed = await volume(clients, { ...ofClaim, ...labTags, 'kubernetes.io/cluster/demo-2': 'owned' });
  const nobodys = await volume(clients, ofClaim);

  expect(await remove()).toEqual(made);
  expect((await findLeftovers(clients, ours)).map(told)).toEqual([...kept, `volume ${mixed}`].toSorted());
  expect((await findLeftovers(clients, other)).map(told)).toEqual(before);
  expect(before).toHaveLength(others.made.length + others.kept.length);
  expect(await clients.ec2.send(new DescribeVolumesCommand({ VolumeIds: [nobodys] }))).toBeDefined();
  // the nodes' group does not let anything in any more that is gone
  const { SecurityGroups } = await clients.ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [nodes] }));
  expect(SecurityGroups?.[0]?.IpPermissions).toEqual([]);
  expect(shown[0]).toMatch(/^removing what the cluster made: load balancer k8s-demo, .*, …$/);

  // again, with nothing to do
  expect(await remove()).toEqual([]);
});

test('goes on where it was broken off', async () => {
  const { made } = await seed(ours, '10.0.0.0/16');
  const cancel = new AbortController();
  front.answer = (action) => {
    if (action === 'DeleteTargetGroup') cancel.abort();
    return undefined;
  };
  await expect(remove(cancel.signal)).rejects.toThrow('aborted');
  front.answer = () => undefined;
  const rest = await remove();
  expect(rest.length).toBeLessThan(made.length);
  expect(made).toEqual(expect.arrayContaining(rest));
});

test('tries again what something else still needs', async () => {
  const { made } = await seed(ours, '10.0.0.0/16');
  front.answer = (action) => {
    const isFirst = front.calls.filter((each) => each === action).length === 1;
    if (action === 'DeleteSecurityGroup' && isFirst) return ec2Error('DependencyViolation', 'has a dependent object');
    if (action === 'DeleteTargetGroup' && isFirst) return queryError('ResourceInUse', 'is in use by a listener');
    return undefined;
  };
  expect(await remove()).toEqual(made);
});

test('waits for a volume that a pod still has, and then removes it', async () => {
  const net = await network(clients, labTags);
  const id = await volume(clients, { ...ofClaim, ...labTags });
  const attachment = {
    VolumeId: id,
    InstanceId: await instance(clients, net, labTags, 't3.medium'),
    Device: '/dev/sdh',
  };
  await clients.ec2.send(new AttachVolumeCommand(attachment));
  const removed = remove();
  await expect.poll(() => shown).toContain(`removing what the cluster made: volume ${id} (waited for)`);
  await clients.ec2.send(new DetachVolumeCommand(attachment));
  expect(await removed).toEqual([`volume ${id}`]);
});

test('waits for the network interfaces of a load balancer that is gone, not of one that is there', async () => {
  const net = await network(clients, labTags);
  await loadBalancer(clients, net, 'by-hand', {});
  await networkInterface(clients, net, {}, 'ELB net/by-hand/0123');
  await networkInterface(clients, net, {}, 'a database');
  const going = await networkInterface(clients, net, {}, 'ELB app/k8s-shop-1/0123456789abcdef');
  const removed = remove();
  const detail = `removing what the cluster made: network interface of load balancer k8s-shop-1 ${going} (waited for)`;
  await expect.poll(() => shown).toContain(detail);
  await clients.ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: going }));
  expect(await removed).toEqual([]);
});

test('gives up in the end, with what is still there', async () => {
  const net = await network(clients, labTags);
  const id = await securityGroup(clients, net, 'k8s-traffic', ofController);
  front.answer = (action) =>
    action === 'DeleteSecurityGroup' ? ec2Error('DependencyViolation', 'has a dependent object') : undefined;
  await expect(remove(AbortSignal.timeout(60_000), 100)).rejects.toMatchObject({
    code: 'left-behind',
    message: `What the cluster made does not go: security group ${id}`,
  });
});

test('says so where somebody has protected a load balancer', async () => {
  await classicLoadBalancer(clients, 'protected', owned);
  front.answer = (action) =>
    action === 'DeleteLoadBalancer' ? queryError('OperationNotPermitted', 'deletion protection is enabled') : undefined;
  await expect(remove()).rejects.toMatchObject({
    code: 'left-behind',
    message: 'AWS does not let the classic load balancer protected be removed: deletion protection is enabled',
  });
});
