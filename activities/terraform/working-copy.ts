import { createHash } from 'node:crypto';
import { access, cp, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../workflows/problem.ts';
import type { TerraformOptions } from './options.ts';
import { writeWhole } from '../write-whole.ts';
import { type Places } from './places.ts';

type Source = Pick<TerraformOptions, 'configuration' | 'state'>;

/** What a person's own runs leave beside a configuration. */
const isLeftover = (name: string): boolean => /^(\.terraform|\.terraform\.lock\.hcl|.*\.tfstate(\..*)?)$/.test(name);

/**
 * Copies the configuration into the lab's directory, for a state of the lab's own. One that did not change stays as it is, with the
 * versions of providers that were chosen for it.
 */
export async function makeWorkingCopy(places: Places, options: Source, digest: string): Promise<void> {
  const { configuration } = options;
  const note = noteOf(places);
  if ((await readFile(note, 'utf8').catch(() => '')) === digest) return;
  await rm(note, { force: true });
  await rm(places.work, { recursive: true, force: true });
  await cp(configuration, places.work, { recursive: true, filter: (file) => !isLeftover(path.basename(file)) });
  await writeWhole(path.join(places.work, 'state_override.tf.json'), overrideOf(places, options));
  await writeWhole(note, digest);
}

/** Throws Problem `terraform-failed` where there is none, or only a part of one. */
export async function needWorkingCopy(places: Places): Promise<void> {
  await access(noteOf(places)).catch(() => {
    throw new Problem('terraform-failed', `There is no working copy in ${places.directory}`, 'Run init first.');
  });
}

/** Of all that the working copy is made of. */
export async function digestOf(places: Places, options: Source): Promise<string> {
  const { configuration } = options;
  const hash = createHash('sha256').update(overrideOf(places, options));
  const entries = await readdir(configuration, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    const hint = 'It is terraform/ of the project.';
    throw new Problem('terraform-failed', `The configuration ${configuration} cannot be read (${code})`, hint);
  });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(configuration, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.split(path.sep).some((name) => isLeftover(name)));
  for (const file of files.toSorted())
    hash.update(`\0${file}\0`).update(await readFile(path.join(configuration, file)));
  return hash.digest('hex');
}

/** Written last, with the digest of what was copied. */
function noteOf(places: Places): string {
  return path.join(places.directory, 'configuration.digest');
}

/** The local backend in place of what the configuration has; of S3 `init` is told the rest. */
function overrideOf(places: Places, { state }: Source): string {
  const backend = { local: { path: places.state } };
  return JSON.stringify(state.backend === 'local' ? { terraform: { backend } } : {});
}
