import { createHash } from 'node:crypto';
import { access, cp, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../workflows/problem.ts';
import type { TerraformOptions } from './options.ts';
import { type Places, writeWhole } from './places.ts';

/** What a person's own runs leave beside a configuration. */
const leftovers = /^(\.terraform|\.terraform\.lock\.hcl|.*\.tfstate(\..*)?)$/;

/**
 * Copies the configuration into the lab's directory, for a state of the lab's own. One that did not change stays as it is, with the
 * versions of providers that were chosen for it. Answers its digest.
 */
export async function makeWorkingCopy(
  places: Places,
  { configuration, state }: Pick<TerraformOptions, 'configuration' | 'state'>,
): Promise<string> {
  const override = state.backend === 'local' ? { terraform: { backend: { local: { path: places.state } } } } : {};
  const digest = await digestOf(configuration, JSON.stringify(override));
  const note = path.join(places.directory, 'configuration.digest');
  if ((await readFile(note, 'utf8').catch(() => '')) === digest) return digest;
  await rm(note, { force: true });
  await rm(places.work, { recursive: true, force: true });
  const isOfIt = (file: string): boolean => file === configuration || !leftovers.test(path.basename(file));
  await cp(configuration, places.work, { recursive: true, filter: isOfIt });
  await writeWhole(path.join(places.work, 'state_override.tf.json'), JSON.stringify(override));
  await writeWhole(note, digest);
  return digest;
}

/** Throws Problem `terraform-failed` where there is none. */
export async function needWorkingCopy(places: Places): Promise<void> {
  await access(places.work).catch(() => {
    throw new Problem('terraform-failed', `There is no working copy in ${places.directory}`, 'Run init first.');
  });
}

async function digestOf(configuration: string, override: string): Promise<string> {
  const hash = createHash('sha256').update(override);
  const entries = await readdir(configuration, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    const hint = 'It is terraform/ of the project.';
    throw new Problem('terraform-failed', `The configuration ${configuration} cannot be read (${code})`, hint);
  });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(configuration, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.split(path.sep).some((name) => leftovers.test(name)));
  for (const file of files.toSorted())
    hash.update(`\0${file}\0`).update(await readFile(path.join(configuration, file)));
  return hash.digest('hex');
}
