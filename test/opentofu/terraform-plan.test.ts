import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { onlooker, rigOf } from '../support/terraform/rig.ts';
import { useTofu } from './support/terraform.ts';
import { tofuPath } from '../support/terraform/tofu.ts';

useTofu();

const three = `
variable "word" { type = string }
variable "secret" {
  type      = string
  sensitive = true
}
resource "terraform_data" "one" { input = var.word }
resource "terraform_data" "many" {
  for_each = toset(["a", "b"])
  input    = each.key
}
output "word" { value = terraform_data.one.output }
output "secret" {
  value     = var.secret
  sensitive = true
}
`;

describe.each(['tofu', 'terraform'])('with %s', (tool) => {
  async function rig(word: string) {
    process.env['TERRAFORM_PATH'] = tool === 'tofu' ? await tofuPath() : tool;
    return await rigOf(three, { variables: { word, secret: 'hush-hush' } });
  }

  test('init, plan, apply, a plan without changes, destroy', async () => {
    const { terraform } = await rig('first');
    const run = onlooker();
    expect(await terraform.version()).toEqual({ tool, version: expect.stringMatching(/^1\.\d+\.\d+/) });
    await terraform.init(run);
    expect(await terraform.state()).toEqual({ kind: 'missing', resources: 0 });

    const plan = await terraform.plan(run);
    expect(plan).toMatchObject({ add: 3, change: 0, destroy: 0, drifted: [] });
    expect(plan.changes.map(({ address, action }) => `${action} ${address}`).toSorted()).toEqual([
      'create terraform_data.many["a"]',
      'create terraform_data.many["b"]',
      'create terraform_data.one',
    ]);
    expect(plan.outputs.toSorted()).toEqual(['secret', 'word']);

    await terraform.apply(run, plan.hash);
    expect(await terraform.outputs()).toEqual({ word: 'first' });
    expect(await terraform.state()).toEqual({ kind: 'present', resources: 3 });
    expect(run.shown.at(-1)).toEqual({ done: 3, of: 3, busy: [] });
    expect(run.lines).toContainEqual(expect.stringMatching(/^terraform_data\.one: Creation complete/));

    expect(await terraform.plan(run)).toMatchObject({ add: 0, change: 0, destroy: 0, changes: [], outputs: [] });

    const end = await terraform.plan(run, { destroy: true });
    expect(end).toMatchObject({ add: 0, change: 0, destroy: 3 });
    await terraform.apply(run, end.hash);
    expect(await terraform.state()).toEqual({ kind: 'present', resources: 0 });
    expect(run.lines.join('\n')).not.toContain('hush');
  });

  test('only the plan of that hash is applied, once, and not when things have changed since', async () => {
    const { terraform, options } = await rig('first');
    const run = onlooker();
    await terraform.init(run);
    // of another kind: two that are alike and made within a second are one, byte for byte
    const [plan, other] = [await terraform.plan(run), await terraform.plan(run, { destroy: true })];
    expect(other.hash).not.toBe(plan.hash);
    await expect(terraform.apply(run, '0'.repeat(64))).rejects.toMatchObject({ code: 'plan-refused' });
    await expect(terraform.apply(run, '../terraform.tfstate')).rejects.toMatchObject({ code: 'plan-refused' });

    await terraform.apply(run, plan.hash);
    const runs = await readdir(path.join(options.directory, 'runs'));
    await terraform.apply(run, plan.hash);
    expect(await readdir(path.join(options.directory, 'runs'))).toEqual(runs);

    await expect(terraform.apply(run, other.hash)).rejects.toMatchObject({
      code: 'plan-refused',
      message: expect.stringContaining('Saved plan is stale'),
      hint: expect.stringContaining('new plan'),
    });
    await writeFile(path.join(options.directory, 'plans', other.hash), 'mutilated');
    await expect(terraform.apply(run, other.hash)).rejects.toMatchObject({ code: 'plan-refused' });
  });
});

test('of files of variables the last one counts, and the given ones whatever they say; nothing that is kept is readable by others', async () => {
  const { terraform, options, at } = await rigOf(three, { variables: { secret: 'hush-hush' } });
  const files = ['one.tfvars', 'two.tfvars'].map((name) => path.join(at, name));
  for (const [index, file] of files.entries()) await writeFile(file, `word = "file ${index + 1}"\nsecret = "theirs"\n`);
  options.variableFiles.push(...files);
  const run = onlooker();
  await terraform.init(run);
  const { hash } = await terraform.plan(run);
  await terraform.apply(run, hash);
  expect(await terraform.outputs()).toEqual({ word: 'file 2' });

  const entries = await readdir(options.directory, { recursive: true, withFileTypes: true });
  expect((await stat(options.directory)).mode & 0o777).toBe(0o700);
  const files600 = entries.filter((entry) => entry.isFile() && !/configuration$|data/.test(entry.parentPath));
  expect(files600.length).toBeGreaterThan(8);
  for (const entry of files600) {
    const { mode } = await stat(path.join(entry.parentPath, entry.name));
    expect([entry.name, (mode & 0o777).toString(8)]).toEqual([entry.name, '600']);
  }
});

test('what a person left beside the configuration is not taken along; a changed configuration is', async () => {
  const { terraform, options } = await rigOf('resource "terraform_data" "one" {}\n');
  await mkdir(path.join(options.configuration, '.terraform'));
  for (const name of ['terraform.tfstate', '.terraform.lock.hcl', '.terraform/x'])
    await writeFile(path.join(options.configuration, name), 'not for us');
  const run = onlooker();
  await terraform.init(run);
  expect(await terraform.plan(run)).toMatchObject({ add: 1 });
  const copy = await readdir(path.join(options.directory, 'configuration'));
  expect(copy.toSorted()).toEqual(['main.tf', 'state_override.tf.json']);

  await writeFile(path.join(options.configuration, 'more.tf'), 'resource "terraform_data" "two" {}\n');
  await terraform.init(run);
  expect(await terraform.plan(run)).toMatchObject({ add: 2 });
});

test('ten megabytes of output are a file, and little else', async () => {
  const line = 'x'.repeat(1_000);
  const { terraform, options } = await rigOf(`
    resource "terraform_data" "loud" {
      provisioner "local-exec" { command = "yes ${line} | head -n 4400" }
    }`);
  const run = onlooker();
  await terraform.init(run);
  const { hash } = await terraform.plan(run);
  await terraform.apply(run, hash);
  const [newest = ''] = (await readdir(path.join(options.directory, 'runs'))).toSorted().toReversed();
  const output = await readFile(path.join(options.directory, 'runs', newest, 'output'));
  expect(output.length).toBeGreaterThan(10_000_000);
  expect(JSON.stringify([run.lines, run.shown]).length).toBeLessThan(10_000);
});
