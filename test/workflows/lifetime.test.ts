import type { WorkflowHandle } from '@temporalio/client';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { lifecycleMessages, type Lifetime } from '../../workflows/lifecycle-contract.ts';
import { CloudLab } from './support/cloud-lab.ts';

const hour = 3_600_000;

let lab: CloudLab;
let life: WorkflowHandle;
beforeEach(async () => {
  lab = await CloudLab.up(onTestFinished);
  await lab.run('deploy', { yes: true, ttl: '8h' });
  life = lab.client.workflow.getHandle('lifetime-aws');
});

const now = () => life.query<Lifetime>(lifecycleMessages.lifetime);

/** Lets the server's clock go on; nothing may fall due meanwhile. */
const passes = (hours: number) => lab.env.sleep(hours * hour);

/** Lets it go on to the end of the lifetime. */
const toItsEnd = () => lab.env.client.workflow.getHandle(life.workflowId).result();

it('tears the lab down when its time is over', async () => {
  await passes(7);
  expect(lab.cloud.resources).toBe(3);
  expect(await toItsEnd()).toMatchObject({ phase: 'over', trouble: null });
  expect(lab.cloud.resources).toBe(0);
});

it('lives longer once it is extended, and by a later deploy', async () => {
  await life.executeUpdate(lifecycleMessages.extend, { args: ['2h'] });
  await passes(9);
  expect(lab.cloud.resources).toBe(3);
  await lab.run('deploy', { ttl: '8h' });
  await passes(7);
  expect(lab.cloud.resources).toBe(3);
  await toItsEnd();
  expect(lab.cloud.resources).toBe(0);
});

it('refuses what is no duration', async () => {
  const { until } = await now();
  await expect(life.executeUpdate(lifecycleMessages.extend, { args: ['soon'] })).rejects.toThrow('Update failed');
  expect((await now()).until).toBe(until);
});

it('is over when somebody tears the lab down by hand', async () => {
  await lab.run('teardown');
  expect(await life.result()).toMatchObject({ phase: 'over' });
});

it('waits for a deploy that is under way, but not for ever for one that nobody approves', async () => {
  lab.cloud.surplus = 1;
  const deploy = await lab.start('deploy');
  await lab.shows(deploy, (shown) => Boolean(shown.plan));
  const end = toItsEnd();
  await expect(deploy.result()).rejects.toMatchObject({ cause: { type: 'plan-refused' } });
  expect(await end).toMatchObject({ phase: 'over' });
  expect([lab.cloud.resources, lab.cloud.surplus]).toEqual([0, 0]);
});

it('takes no signal that makes no sense', async () => {
  const { until } = await now();
  await life.signal(lifecycleMessages.renew);
  await life.signal(lifecycleMessages.renew, { until: 'soon' });
  expect(await now()).toMatchObject({ until, phase: 'living' });
});

it('tries again where a teardown leaves something', async () => {
  lab.cloud.left = ['volume vol-1'];
  const end = toItsEnd();
  await vi.waitFor(async () => expect((await now()).trouble).toMatch(/vol-1/), { timeout: 60_000 });
  lab.cloud.left = [];
  expect(await end).toMatchObject({ phase: 'over' });
});
