import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Terraform } from '../../activities/terraform/terraform.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { onlooker, rigOf } from './support/terraform.ts';
import { tofuPath } from './support/tofu.ts';

const before = { ...process.env };
beforeEach(async () => {
  process.env['TERRAFORM_PATH'] = await tofuPath();
});
afterEach(() => {
  process.env = { ...before };
});

/** A program of that name that says it is of that version. */
async function pretender(name: string, says: string): Promise<string> {
  const file = path.join(await temporaryDirectory(), name);
  await writeFile(file, `#!/bin/sh\necho "${says}"\n`);
  await chmod(file, 0o755);
  return file;
}

test.each([
  ['terraform', 'Terraform v1.10.5'],
  ['tofu', 'OpenTofu v1.9.0'],
  ['terraform', 'hello'],
])('a %s that says %s is refused', async (name, says) => {
  process.env['TERRAFORM_PATH'] = await pretender(name, says);
  const { terraform } = await rigOf('');
  await expect(terraform.version()).rejects.toMatchObject({ code: 'preflight-failed' });
  await expect(terraform.init(onlooker())).rejects.toMatchObject({ code: 'preflight-failed' });
});

test.each([
  ['terraform', 'Terraform v1.11.0', { tool: 'terraform', version: '1.11.0' }],
  ['tofu', 'OpenTofu v2.0.1', { tool: 'tofu', version: '2.0.1' }],
])('%s on the PATH is taken', async (name, says, found) => {
  delete process.env['TERRAFORM_PATH'];
  process.env['PATH'] = `${path.dirname(await pretender(name, says))}:/nowhere`;
  // only sh, which runs the pretender, is found elsewhere: by its own path
  expect(await (await rigOf('')).terraform.version()).toEqual(found);
});

test('without any it is told how to get one', async () => {
  delete process.env['TERRAFORM_PATH'];
  process.env['PATH'] = '/nowhere';
  await expect((await rigOf('')).terraform.version()).rejects.toMatchObject({
    code: 'tool-missing',
    hint: expect.stringContaining('1.11'),
  });
});

test('a bad configuration is told in the words of the tool, and not tried again', async () => {
  const { terraform } = await rigOf('resource "terraform_data" "one" { inptu = 1 }\n');
  const run = onlooker();
  await terraform.init(run);
  await expect(terraform.plan(run)).rejects.toMatchObject({
    code: 'terraform-failed',
    message: expect.stringMatching(/^plan: Unsupported argument: An argument named "inptu" is not expected here/),
  });
  await expect(terraform.plan(run)).rejects.toMatchObject({ code: 'terraform-failed' });
});

test('a plan before init says so', async () => {
  const { terraform } = await rigOf('resource "terraform_data" "one" {}\n');
  await expect(terraform.plan(onlooker())).rejects.toMatchObject({ hint: 'Run init first.' });
});

test('a failing command of a provisioner is not repeated in the error', async () => {
  const { terraform } = await rigOf(`
    resource "terraform_data" "one" {
      provisioner "local-exec" { command = "echo hush-hush; exit 3" }
    }`);
  const run = onlooker();
  await terraform.init(run);
  const { hash } = await terraform.plan(run);
  await expect(terraform.apply(run, hash)).rejects.toMatchObject({
    code: 'terraform-failed',
    message: 'apply: local-exec provisioner error (terraform_data.one)',
  });
  expect(run.lines.join()).not.toContain('hush');
});

test('a directory that cannot be had, a configuration and variables that are not there', async () => {
  const { options, at } = await rigOf('');
  const file = path.join(at, 'file');
  await writeFile(file, '');
  const noDirectory = new Terraform({ ...options, directory: path.join(file, 'lab') });
  await expect(noDirectory.init(onlooker())).rejects.toMatchObject({ code: 'preflight-failed' });
  const noConfiguration = new Terraform({ ...options, configuration: path.join(at, 'none') });
  await expect(noConfiguration.init(onlooker())).rejects.toMatchObject({ code: 'terraform-failed' });
  const noVariables = new Terraform({ ...options, variableFiles: [path.join(at, 'none.tfvars')] });
  await expect(noVariables.plan(onlooker())).rejects.toMatchObject({ code: 'bad-input' });
});
