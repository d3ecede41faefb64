import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateTagsCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { CreateSecretCommand, DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { told } from '../../activities/aws/sweep/leftover.ts';
import { findLeftovers, leftInTheEnd } from '../../activities/aws/sweep/sweep.ts';
import { mapParallel } from '../../activities/parallel.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { accountClients } from '../support/aws/account.ts';
import { type Answer, ec2Error, Front, jsonError } from '../support/aws/front.ts';
import { Moto } from '../support/aws/moto.ts';
import { everything } from './support/seed-everything.ts';
import { instance, loadBalancer, network, volume } from '../support/aws/seed.ts';

const cleanup = fileCleanup();
const moto = Moto.shared();
beforeAll(() => moto.reset());
const front = await Front.up(cleanup, moto.endpoint);
const clients = accountClients(front.endpoint, cleanup);
const ours = { lab: 'lab', cluster: 'demo' };
const tags = { Project: 'incidentfox', Environment: 'lab' };
const idle = { show: () => undefined, line: () => undefined };

beforeEach(async () => {
  front.answer = () => undefined;
  await moto.reset();
  front.calls.length = 0;
});

const found = async () => (await findLeftovers(clients, ours)).map(({ kind, id }) => `${kind} ${id}`);

test('finds one of everything of its own, and nothing of another lab or of nobody', async () => {
  const own = await everything(clients, 'demo', tags, '10.0.0.0/16');
  // its cluster's name begins with ours
  await everything(clients, 'demo-2', { Project: 'incidentfox', Environment: 'other' }, '10.1.0.0/16');
  await everything(clients, 'shop', { Project: 'shop', Environment: 'lab' }, '10.2.0.0/16');
  await everything(clients, 'bare', {}, '10.3.0.0/16');
  expect(own).toHaveLength(20);
  expect(await found()).toEqual(own);
  expect((await findLeftovers(clients, { lab: 'no-lab', cluster: 'no-cluster' })).map(told)).toEqual([]);
});

test.each([
  ['kubernetes.io/cluster/demo', 'owned'],
  ['elbv2.k8s.aws/cluster', 'demo'],
  ['KubernetesCluster', 'demo'],
  ['cluster.k8s.amazonaws.com/name', 'demo'],
])('finds what the cluster made, by its tag %s', async (key, value) => {
  const other = { [key.replace(/demo$/, 'demo-2')]: value.replace(/demo$/, 'demo-2') };
  const net = await network(clients, {});
  const made = [
    `volume ${await volume(clients, { [key]: value })}`,
    `load balancer ${await loadBalancer(clients, net, 'k8s-demo', { [key]: value })}`,
  ];
  await volume(clients, other);
  await loadBalancer(clients, net, 'k8s-demo-2', other);
  expect(await found()).toEqual(made.toSorted());
});

test('takes nothing for its own that is shared with the cluster, or that says it is of another lab', async () => {
  await volume(clients, { 'kubernetes.io/cluster/demo': 'shared' });
  await volume(clients, { Project: 'incidentfox', Environment: 'other', 'kubernetes.io/cluster/demo': 'owned' });
  await volume(clients, { Environment: 'lab' });
  expect(await found()).toEqual([]);
});

test('finds the log group that EKS makes anew without a tag', async () => {
  const { logs } = clients;
  await logs.send(new CreateLogGroupCommand({ logGroupName: '/aws/eks/demo/cluster' }));
  await logs.send(new CreateLogGroupCommand({ logGroupName: '/aws/eks/demo-2/cluster' }));
  expect(await found()).toEqual(['log group /aws/eks/demo/cluster']);
});

test('tells what AWS itself ends, and does not count what has ended', async () => {
  const own = await everything(clients, 'demo', tags, '10.0.0.0/16');
  const idOf = (kind: string) => own.find((each) => each.startsWith(`${kind} `))?.slice(kind.length + 1) ?? '';
  await clients.secrets.send(new DeleteSecretCommand({ SecretId: 'demo/postgres', RecoveryWindowInDays: 7 }));
  await clients.kms.send(new ScheduleKeyDeletionCommand({ KeyId: idOf('KMS key'), PendingWindowInDays: 7 }));
  await clients.ec2.send(new TerminateInstancesCommand({ InstanceIds: [idOf('instance')] }));
  const left = await findLeftovers(clients, ours);
  const ending = left.filter((each) => each.ending !== null).map(told);
  const week = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
  expect(ending).toEqual([
    `KMS key ${idOf('KMS key')} (AWS deletes it on ${week})`,
    'secret demo/postgres (its deletion is scheduled)',
  ]);
  expect(left.map(({ kind }) => kind)).not.toContain('instance');
  expect(left.find(({ kind }) => kind === 'secret')?.since).toMatch(/^20\d\d-/);
});

function volumePage(page: number): Answer {
  const pairs = Object.entries(tags).map(([key, value]) => `<item><key>${key}</key><value>${value}</value></item>`);
  const item = `<item><volumeId>vol-${page}</volumeId><tagSet>${pairs.join('')}</tagSet></item>`;
  const next = page === 1 ? '<nextToken>more</nextToken>' : '';
  const body = `<DescribeVolumesResponse><volumeSet>${item}</volumeSet>${next}</DescribeVolumesResponse>`;
  return { status: 200, headers: { 'content-type': 'text/xml' }, body };
}

test('finds more than a page of them', async () => {
  const net = await network(clients, {});
  const listed = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const names = Array.from({ length: 110 }, (_, index) => `demo-${index}`);
  await mapParallel(names, 8, async (name) => {
    await clients.secrets.send(new CreateSecretCommand({ Name: name, SecretString: 'x', Tags: listed }));
    const role = { RoleName: name, AssumeRolePolicyDocument: '{}', Tags: listed };
    await clients.iam.send(new CreateRoleCommand(role));
  });
  const balancers = await mapParallel(names.slice(0, 45), 8, (name) => loadBalancer(clients, net, name, tags));
  const pages = (action: string) => front.calls.filter((each) => each === action).length;
  // moto has all of EC2's on one page
  front.answer = (action) => (action === 'DescribeVolumes' ? volumePage(pages(action)) : undefined);
  front.calls.length = 0;
  expect(await found()).toEqual(
    [
      'volume vol-1',
      'volume vol-2',
      ...names.flatMap((name) => [`secret ${name}`, `IAM role ${name}`]),
      ...balancers.map((arn) => `load balancer ${arn}`),
    ].toSorted(),
  );
  expect(['DescribeVolumes', 'ListSecrets', 'ListRoles'].map(pages)).toEqual([2, 2, 2]);
  // of 20 at a time
  expect(pages('DescribeTags')).toBe(3);
});

test('throws where it may not look: nothing found would not mean that nothing is there', async () => {
  front.answer = (action) =>
    action === 'DescribeNatGateways' ? ec2Error('UnauthorizedOperation', 'no', 403) : undefined;
  await expect(findLeftovers(clients, ours)).rejects.toMatchObject({
    code: 'aws-denied',
    message: 'AWS refuses ec2:DescribeNatGateways: no',
  });
});

test('passes over a key whose own policy hides it, but not over all keys', async () => {
  const own = await everything(clients, 'demo', tags, '10.0.0.0/16');
  await everything(clients, 'other', {}, '10.1.0.0/16');
  let asked = 0;
  const denied = jsonError('AccessDeniedException', 'no', 400);
  front.answer = (action) => {
    if (action !== 'ListResourceTags') return undefined;
    asked += 1;
    return asked === 1 ? denied : undefined;
  };
  const kinds = (await found()).filter((each) => each.startsWith('KMS key'));
  expect(own).toEqual(expect.arrayContaining(kinds));
  front.answer = (action) => (action === 'ListResourceTags' ? denied : undefined);
  await expect(found()).rejects.toMatchObject({ code: 'aws-denied', message: /kms:ListResourceTags/ });
});

test('waits until the last one is gone', async () => {
  const net = await network(clients, {});
  const id = await instance(clients, net, tags, 't3.medium');
  const shown: unknown[] = [];
  const going = leftInTheEnd(
    clients,
    ours,
    { ...idle, show: (report) => void shown.push(report.detail) },
    AbortSignal.timeout(60_000),
  );
  await expect.poll(() => shown).toEqual([`still there: instance ${id}`]);
  await clients.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  expect(await going).toEqual([]);
});

test('stops waiting when it is cancelled', async () => {
  const id = await volume(clients, {});
  await clients.ec2.send(
    new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'KubernetesCluster', Value: 'demo' }] }),
  );
  const cancel = new AbortController();
  const progress = { ...idle, show: () => cancel.abort() };
  await expect(leftInTheEnd(clients, ours, progress, cancel.signal)).rejects.toThrow('aborted');
});
