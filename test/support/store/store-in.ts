import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { FileFlagStore } from '../../../activities/flags/file-store.ts';
import { original, type Step, steps } from './life.ts';
import { documentMode, lookAt } from './look.ts';

/** Puts a store into a directory and does these steps on it. Answers its location. */
export async function storeIn(directory: string, done: Step[] = []): Promise<string> {
  const location = path.join(directory, 'demo.flagd.json');
  mkdirSync(directory, { recursive: true });
  writeFileSync(location, original);
  chmodSync(location, documentMode);
  const store = new FileFlagStore(location);
  for (const step of done) await steps[step](store);
  lookAt(location);
  return location;
}

/** A copy of a store that nobody is changing, in the directory `name` beside its own. */
export function copyOf(location: string, name: string): string {
  const from = path.dirname(location);
  const to = path.join(path.dirname(from), name);
  cpSync(from, to, { recursive: true });
  return path.join(to, path.basename(location));
}
