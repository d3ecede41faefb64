import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { run } from '../../../activities/command.ts';
import { projectRoot } from '../../../environments/root.ts';
import { cacheDirectory, fillDirectory } from '../../../lab/tools/cache.ts';
import { findPython } from '../../../lab/tools/pip.ts';

/** Python, and what must be in its environment for the packages of tools/aws-tests.txt. */
export interface Python {
  python: string;
  env: { PYTHONPATH: string; PYTHONDONTWRITEBYTECODE: string };
}

/** Puts them into the download cache, once for each state of that file: a minute. */
export async function awsTestPackages(): Promise<Python> {
  const python = await findPython();
  const { stdout: abi } = await run(python, ['-c', 'import sys; print(sys.implementation.cache_tag)']);
  const requirements = path.join(projectRoot, 'tools/aws-tests.txt');
  const version = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  // a plain directory on Python's path, not a venv: that can be filled beside its place and renamed
  const packages = path.join(cacheDirectory(), 'aws-tests', `${version}-${abi}`);
  const options = ['--quiet', '--disable-pip-version-check', '--no-input', '-r', requirements];
  if (!existsSync(packages)) {
    await fillDirectory(packages, async (staging) => {
      await run(python, ['-m', 'pip', 'install', ...options, '--target', staging, '--upgrade']);
    });
  }
  return { python, env: { PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1' } };
}
