import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../environments/root.ts';
import { cacheDirectory, fillDirectory } from '../../lab/tools/cache.ts';
import { findPython, installWheels } from '../../lab/tools/pip.ts';

/** The program that the wheel of `tools/<name>.txt` brings. It is fetched unless it is in the cache. */
export async function wheelProgram(name: string): Promise<string> {
  const requirements = path.join(projectRoot, `tools/${name}.txt`);
  const version = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const directory = path.join(cacheDirectory(), name, version);
  if (!existsSync(directory)) {
    const python = await findPython();
    await fillDirectory(directory, (staging) => installWheels(python, requirements, staging));
  }
  return path.join(directory, 'bin', name);
}
