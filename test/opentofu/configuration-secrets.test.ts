import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../activities/command.ts';
import { findPython } from '../../lab/tools/pip.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { Copy } from './support/configuration.ts';
import { isSimulated, tofuPath } from '../support/terraform/tofu.ts';

const cleanup = fileCleanup();

/** All that a password can be made of here, so that every password is the same and can be looked for. */
const canary = '~'.repeat(32);
const canaries = `
ephemeral "random_password" "this" {
  lower            = false
  upper            = false
  numeric          = false
  special          = true
  override_special = "~"
}
`;

describe.skipIf(!isSimulated)('a password', () => {
  let copy: Copy;
  /** all that was printed, and the plan as whoever reviews it may print it */
  const printed: string[] = [];

  beforeAll(async () => {
    copy = await Copy.make(await tofuPath(), cleanup);
    await copy.write('modules/secrets/canaries_override.tf', canaries);
    await copy.init();
    for (const args of [
      ['plan', '-input=false', '-out=lab.tfplan'],
      ['show', '-json', 'lab.tfplan'],
      ['apply', '-input=false', 'lab.tfplan'],
      ['output', '-json'],
      ['state', 'pull'],
      ['show', '-json'],
    ]) {
      printed.push(await copy.succeed(args));
    }
    // a saved plan is an archive
    const unpack = ['-m', 'zipfile', '-e', 'lab.tfplan', 'unpacked'];
    await run(await findPython(), unpack, { cwd: copy.directory });
  });

  it('is sent to AWS, in an argument that is only written', async () => {
    const made = (await copy.operations()).filter(({ type }) => type === 'aws_secretsmanager_secret_version');
    expect(made.map(({ write_only }) => write_only)).toEqual([['secret_string_wo'], ['secret_string_wo']]);
  });

  it('would be found where it is not ephemeral', async () => {
    const leak = await Copy.make(await tofuPath());
    await leak.write('modules/secrets/canaries_override.tf', canaries);
    const plain = canaries.replace('ephemeral', 'resource').replace('{', '{\n  length = 32\n  special = true');
    await leak.write('leak.tf', plain.replace('  special          = true\n', ''));
    await leak.init();
    expect(await leak.apply()).toMatchObject({ exitCode: 0 });
    expect(await leak.succeed(['state', 'pull'])).toContain(canary);
  });

  it('is in nothing that is printed', () => {
    expect(printed).toHaveLength(6);
    expect(printed.filter((text) => text.includes(canary))).toEqual([]);
  });

  it('is in no file: state, saved plan, journal', async () => {
    const root = path.join(copy.directory, '..');
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    const names = files.map((file) => path.relative(root, file));
    for (const file of ['terraform.tfstate', 'unpacked/tfplan']) expect(names).toContain(`configuration/${file}`);
    const found = await Promise.all(files.map(async (file) => (await readFile(file)).includes(canary)));
    expect(names.filter((_, index) => found[index])).toEqual([]);
  });
});
