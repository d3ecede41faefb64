import { existsSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { whoWeAre } from '../../activities/terraform/lock.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { S3, s3Backend } from './support/s3.ts';
import { onlooker, type Rig, rigOf } from '../support/terraform/rig.ts';
import { begun, gated, letGo, processesOf, thrownBy, uniqueName, useTofu } from './support/terraform.ts';
import { tofuPath } from '../support/terraform/tofu.ts';

useTofu();
const cleanup = fileCleanup();
let s3: S3;

beforeAll(async () => {
  s3 = await S3.up(cleanup);
});

interface RemoteRig extends Rig {
  key: string;
}

async function planned(): Promise<RemoteRig & { hash: string }> {
  const key = `${uniqueName()}.tfstate`;
  const rig = await rigOf(s3Backend + gated, s3.options(key));
  onTestFinished(() => letGo(rig));
  const run = onlooker();
  await rig.terraform.init(run);
  return { ...rig, key, hash: (await rig.terraform.plan(run)).hash };
}

/** Ends so many of its processes in the middle of an apply, which leaves the lock: the tool, or as a power cut does, all. */
async function applyKilled(rig: RemoteRig & { hash: string }, processes = 1): Promise<void> {
  const applied = thrownBy(rig.terraform.apply(onlooker(), rig.hash));
  await expect.poll(() => begun(rig)).toBe(1);
  // the shell first: it must not see the tool end
  for (const pid of processesOf(rig).slice(0, processes).toReversed()) process.kill(pid, 'SIGKILL');
  expect(await applied).toMatchObject({ message: 'apply was killed' });
  await letGo(rig);
}

describe.each([
  ['tofu', 1],
  ['terraform', 2],
])('with %s, %i of its processes killed', (tool, processes) => {
  test('the lock that our own killed run has left is released, and the next goes on', async () => {
    process.env['TERRAFORM_PATH'] = tool === 'tofu' ? await tofuPath() : tool;
    const rig = await planned();
    expect(await rig.terraform.state()).toEqual({ kind: 'missing', resources: 0 });
    await applyKilled(rig, processes);
    expect(await s3.read(`${rig.key}.tflock`)).toContain('OperationTypeApply');

    const run = onlooker();
    const { hash } = await rig.terraform.plan(run);
    expect(run.lines).toContainEqual(expect.stringMatching(/^released the lock that the apply of .* has left$/));
    await rig.terraform.apply(run, hash);
    expect(await rig.terraform.state()).toEqual({ kind: 'present', resources: 2 });
    expect(await s3.read(`${rig.key}.tflock`)).toBeUndefined();

    const end = await rig.terraform.plan(run, { destroy: true });
    await rig.terraform.apply(run, end.hash);
    expect(await rig.terraform.state()).toEqual({ kind: 'present', resources: 0 });
  });
});

const minute = 60_000;
const others: [string, (now: number) => { Who: string; Operation: string; at: number }][] = [
  ["somebody else's", (now) => ({ Who: 'ann@laptop', Operation: 'OperationTypeApply', at: now })],
  ['one of before our run', (now) => ({ Who: whoWeAre(), Operation: 'OperationTypeApply', at: now - minute })],
  ['one of after our run', (now) => ({ Who: whoWeAre(), Operation: 'OperationTypeApply', at: now + minute })],
  ['one for other work', (now) => ({ Who: whoWeAre(), Operation: 'OperationTypePlan', at: now })],
];

test.each(others)(
  'after a killed run, too, a lock that is not proven to be its own stays: %s',
  async (_what, lockOf) => {
    const rig = await planned();
    await applyKilled(rig);
    const { Created } = JSON.parse((await s3.read(`${rig.key}.tflock`)) ?? '') as { Created: string };
    const { at, ...lock } = lockOf(Date.parse(Created));
    const theirs = JSON.stringify({
      ID: uniqueName(),
      Version: '1.11.4',
      Created: new Date(at).toISOString(),
      ...lock,
    });
    await s3.write(`${rig.key}.tflock`, theirs);
    await expect(rig.terraform.plan(onlooker())).rejects.toMatchObject({
      code: 'terraform-locked',
      message: `The state is locked by ${lock.Who} since ${new Date(at).toISOString()} (${lock.Operation})`,
    });
    expect(await s3.read(`${rig.key}.tflock`)).toBe(theirs);
  },
);

test('credentials expire in the middle of an apply: with new ones what it has made is brought home, and it goes on', async () => {
  const rig = await planned();
  const applied = thrownBy(rig.terraform.apply(onlooker(), rig.hash));
  await expect.poll(() => begun(rig)).toBe(1);
  s3.isExpired = true;
  onTestFinished(() => void (s3.isExpired = false));
  await letGo(rig);
  expect(await applied).toMatchObject({ code: 'aws-credentials', hint: expect.stringContaining('new credentials') });
  expect(existsSync(path.join(rig.options.directory, 'errored.tfstate'))).toBe(true);
  expect(await s3.read(`${rig.key}.tflock`)).toContain('OperationTypeApply');
  await expect(rig.terraform.plan(onlooker())).rejects.toMatchObject({ code: 'aws-credentials' });

  s3.isExpired = false;
  const run = onlooker();
  await rig.terraform.init(run);
  expect(await rig.terraform.plan(run)).toMatchObject({ add: 0, destroy: 0 });
  expect(run.lines).toContain('wrote the state that the run before could not write');
  expect(begun(rig)).toBe(1);
  expect(await s3.read(`${rig.key}.tflock`)).toBeUndefined();
});

test('a state that is gone, or broken, is an error; it is never begun anew', async () => {
  const rig = await planned();
  await letGo(rig);
  await rig.terraform.apply(onlooker(), rig.hash);
  await s3.write(rig.key, '{"cut');
  expect(await rig.terraform.state()).toEqual({ kind: 'broken', resources: 0 });
  await expect(rig.terraform.plan(onlooker())).rejects.toMatchObject({ code: 'state-broken' });
  await s3.remove(rig.key);
  expect(await rig.terraform.state()).toEqual({ kind: 'missing', resources: 0 });
  await expect(rig.terraform.plan(onlooker(), { destroy: true })).rejects.toMatchObject({
    code: 'state-missing',
    message: `There is no state at s3://states/${rig.key}, where one held 2 resources (serial 1)`,
  });
});
