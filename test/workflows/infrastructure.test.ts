import { beforeAll, beforeEach, expect, it } from 'vitest';
import {
  type DeployResult,
  type DriftResult,
  lifecycleMessages,
  type TeardownResult,
} from '../../workflows/lifecycle-contract.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { CloudLab } from './support/cloud-lab.ts';

// One server and one worker for all, an environment for each.
const cleanup = fileCleanup();
let server: CloudLab;
let lab: CloudLab;
let count = 0;
beforeAll(async () => {
  server = await CloudLab.up(cleanup);
});
beforeEach(() => {
  count += 1;
  lab = server.another(`aws-${count}`);
});

const child = () => lab.client.workflow.getHandle(`lifecycle-${lab.environment}`);
const approve = (hash: string) => child().signal(lifecycleMessages.approve, { hash });
const times = (name: string): number => lab.cloud.calls.filter((call) => call === name).length;

it('a deploy shows its plan and applies it once it is approved, and not by another’s approval', async () => {
  const handle = await lab.start('deploy');
  const { plan } = await lab.shows(handle, (now) => Boolean(now.plan));
  expect(plan).toMatchObject({ add: 3, change: 0, destroy: 0 });
  await approve('0'.repeat(64));
  await child().signal(lifecycleMessages.approve);
  await lab.shows(handle, ({ step }) => step === 'waiting for approval');
  expect(times('applyTerraform')).toBe(0);
  await approve(plan?.hash ?? '');
  const result = (await handle.result()) as DeployResult;
  expect(result).toMatchObject({ change: 'none', infrastructure: { applied: { add: 3 }, account: '123456789012' } });
  expect(lab.cloud.resources).toBe(3);
});

it('--yes applies without asking, but never what destroys something', async () => {
  expect(await lab.run('deploy', { yes: true })).toMatchObject({ infrastructure: { applied: { add: 3 } } });
  lab.cloud.surplus = 1;
  const handle = await lab.start('deploy', { yes: true });
  const { plan } = await lab.shows(handle, (now) => Boolean(now.plan));
  expect(plan?.destroy).toBe(1);
  expect(times('applyTerraform')).toBe(1);
  await approve(plan?.hash ?? '');
  expect(await handle.result()).toMatchObject({ infrastructure: { applied: { destroy: 1 } } });
});

it('with nothing to do nothing is asked', async () => {
  await lab.run('deploy', { yes: true });
  expect(await lab.run('deploy')).toMatchObject({ infrastructure: { applied: null } });
});

it('a plan that the world has overtaken is made anew, and needs an approval of its own', async () => {
  const handle = await lab.start('deploy');
  const first = (await lab.shows(handle, (now) => Boolean(now.plan))).plan?.hash ?? '';
  lab.cloud.version += 1;
  await approve(first);
  const second = (await lab.shows(handle, ({ plan }) => Boolean(plan) && plan?.hash !== first)).plan?.hash ?? '';
  expect(lab.cloud.resources).toBe(0);
  await approve(second);
  await handle.result();
  expect(lab.cloud.resources).toBe(3);
});

it('credentials that expire are waited for, then it goes on with a plan of what is left', async () => {
  lab.cloud.failures.set('applyTerraform', 'aws-credentials');
  await lab.run('deploy', { yes: true });
  const from = lab.cloud.calls.indexOf('applyTerraform');
  expect(lab.cloud.calls.slice(from, from + 4)).toEqual([
    'applyTerraform',
    'awaitCredentials',
    'planTerraform',
    'applyTerraform',
  ]);
});

it('any other failure of an apply is the deploy’s', async () => {
  lab.cloud.failures.set('applyTerraform', 'quota-exceeded');
  await expect(lab.run('deploy', { yes: true })).rejects.toMatchObject({ cause: { type: 'quota-exceeded' } });
  expect(times('installDemo')).toBe(0);
});

it('a plan only says what would be done', async () => {
  const before = await lab.run<DriftResult>('deploy', { planOnly: true });
  expect(before).toMatchObject({ changes: true, infrastructure: { add: 3 }, release: null });
  await lab.run('deploy', { yes: true });
  const after = await lab.run<DriftResult>('deploy', { planOnly: true });
  expect(after).toMatchObject({ changes: false, infrastructure: { add: 0 }, release: { change: 'none' } });
  expect([times('applyTerraform'), times('makeNamespace')]).toEqual([1, 1]);
});

it('a teardown ends incidents and demo before the cluster, and looks that nothing is left', async () => {
  await lab.run('deploy', { yes: true });
  const from = lab.cloud.calls.length;
  const result = await lab.run<TeardownResult>('teardown');
  expect(result.left).toEqual([]);
  const order = [
    'endIncidents',
    'uninstall',
    'removeVolumes',
    'removeNamespace',
    'removeClusterMade',
    'applyTerraform',
  ];
  const called = lab.cloud.calls.slice(from).filter((name) => [...order, 'sweep'].includes(name));
  expect(called).toEqual([...order, 'sweep']);
  expect(lab.cloud.resources).toBe(0);
});

it('what is in use until the nodes are gone keeps nothing from being destroyed, and is removed then', async () => {
  await lab.run('deploy', { yes: true });
  lab.cloud.failures.set('removeClusterMade', 'left-behind');
  await lab.run('teardown');
  expect([times('removeClusterMade'), lab.cloud.resources]).toEqual([2, 0]);
});

it('drift that no plan would change is none', async () => {
  await lab.run('deploy', { yes: true });
  lab.cloud.drifted = ['module.eks.aws_eks_node_group.this["app"]'];
  const found = await lab.run<DriftResult>('deploy', { planOnly: true });
  expect(found).toMatchObject({ changes: false, infrastructure: { drifted: lab.cloud.drifted } });
});

it('a destroy that fails over what nodes have left is tried again without it', async () => {
  await lab.run('deploy', { yes: true });
  lab.cloud.failures.set('applyTerraform', 'terraform-failed');
  await lab.run('teardown');
  expect([times('removeClusterMade'), lab.cloud.resources]).toEqual([2, 0]);
});

it('a teardown without a cluster goes straight to what it stood on, and is no success while something is left', async () => {
  lab.cloud.left = ['network interface eni-1'];
  await expect(lab.run('teardown')).rejects.toMatchObject({ cause: { type: 'left-behind' } });
  expect(times('endIncidents')).toBe(0);
});

it.each([{ yes: 'no' }, { ttl: 8 }, { planOnly: 1 }, { ttl: 'soon' }])('refuses %j', async (request) => {
  const refused = lab.run('deploy', request as never);
  await expect(refused).rejects.toMatchObject({ cause: { type: expect.stringMatching(/^bad-(input|duration)$/) } });
  expect(times('preflightAws')).toBe(0);
});
