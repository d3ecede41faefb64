import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { temporaryDirectory } from '../../support/flags.ts';
import { onlooker, rigOf } from '../../support/terraform/rig.ts';

const before = { ...process.env };
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
