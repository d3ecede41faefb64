import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Terraform } from '../../activities/terraform/terraform.ts';
import { onlooker, rigOf } from '../support/terraform/rig.ts';
import { tofuPath } from '../support/terraform/tofu.ts';

const before = { ...process.env };
beforeEach(async () => {
  process.env['TERRAFORM_PATH'] = await tofuPath();
});
afterEach(() => {
  process.env = { ...before };
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
