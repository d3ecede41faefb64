import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { onlooker, type Rig, rigOf } from '../support/terraform/rig.ts';
import { useTofu } from './support/terraform.ts';

useTofu();

const two = `
resource "terraform_data" "one" {}
resource "terraform_data" "two" {}
`;
let rig: Rig;
let state: string;

/** A lab with two resources. */
beforeEach(async () => {
  rig = await rigOf(two);
  state = path.join(rig.options.directory, 'terraform.tfstate');
  const run = onlooker();
  await rig.terraform.init(run);
  await rig.terraform.apply(run, (await rig.terraform.plan(run)).hash);
});

const mutilations: [string, () => Promise<void>][] = [
  ['of 0 bytes', () => truncate(state)],
  ['cut off', async () => await truncate(state, 100)],
  ['of something else', async () => await writeFile(state, '{"version":4}')],
];

test.each(mutilations)('a state %s is recognised, and the copy of it put back', async (_what, mutilate) => {
  const before = await readFile(state, 'utf8');
  await mutilate();
  expect(await rig.terraform.state()).toEqual({ kind: 'broken', resources: 0 });
  const run = onlooker();
  expect(await rig.terraform.plan(run)).toMatchObject({ add: 0, destroy: 0 });
  expect(run.lines).toContainEqual(expect.stringMatching(/^the state was broken .* put back that of serial/));
  expect(await readFile(state, 'utf8')).toBe(before);
});

test("without our copy it is the tool's own backup, if it is of the same state", async () => {
  await truncate(state);
  const { lineage } = JSON.parse(await readFile(`${state}.good`, 'utf8')) as { lineage: string };
  const backup = { version: 4, terraform_version: '1.11.0', serial: 1, outputs: {}, resources: [] };
  await rm(`${state}.good`);

  await writeFile(`${state}.backup`, JSON.stringify({ ...backup, lineage: 'of another' }));
  await expect(rig.terraform.plan(onlooker())).rejects.toMatchObject({
    code: 'state-broken',
    message: expect.stringContaining('no whole copy'),
  });

  await writeFile(`${state}.backup`, JSON.stringify({ ...backup, lineage }));
  expect(await rig.terraform.plan(onlooker())).toMatchObject({ add: 2 });
});

test('a state that is gone is an error that names the copy; it is never begun anew', async () => {
  await rm(state);
  expect(await rig.terraform.state()).toEqual({ kind: 'missing', resources: 0 });
  for (const options of [{}, { destroy: true }])
    await expect(rig.terraform.plan(onlooker(), options)).rejects.toMatchObject({
      code: 'state-missing',
      message: expect.stringContaining('held 2 resources'),
      hint: expect.stringContaining(`cp ${state}.good ${state}`),
    });
});

test('a state that held nothing may be gone', async () => {
  const run = onlooker();
  await rig.terraform.apply(run, (await rig.terraform.plan(run, { destroy: true })).hash);
  await rig.terraform.plan(run);
  await rm(state);
  expect(await rig.terraform.plan(run)).toMatchObject({ add: 2 });
});

test('a broken state is not touched while a lock says that somebody else is at work on it', async () => {
  await truncate(state);
  const lock = { ID: 'abc', Operation: 'OperationTypeApply', Who: 'somebody@else', Created: '2026-11-25T10:00:00Z' };
  await writeFile(path.join(rig.options.directory, '.terraform.tfstate.lock.info'), JSON.stringify(lock));
  await expect(rig.terraform.plan(onlooker())).rejects.toMatchObject({
    code: 'terraform-locked',
    message: 'The state is locked by somebody@else since 2026-11-25T10:00:00.000Z (OperationTypeApply)',
  });
  expect(await readFile(state, 'utf8')).toBe('');
});
