import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { run } from '../../activities/command.ts';
import { projectRoot } from '../../environments/root.ts';
import { cacheDirectory, fillDirectory } from '../../lab/tools/cache.ts';
import { findPython, installWheels } from '../../lab/tools/pip.ts';

/** How a program of tools/aws-tests.txt is started; its own arguments follow. */
export interface PythonTool {
  file: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

/** A Python module of tools/aws-tests.txt, such as `checkov.main` or `moto.server`, installed unless it is in the cache. */
export async function pythonTool(module: string): Promise<PythonTool> {
  const python = await findPython();
  const { stdout: abi } = await run(python, ['-c', 'import sys; print(sys.implementation.cache_tag)']);
  const requirements = path.join(projectRoot, 'tools/aws-tests.txt');
  const version = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const packages = path.join(cacheDirectory(), 'aws-tests', `${version}-${abi}`);
  if (!existsSync(packages)) await fillDirectory(packages, (staging) => installWheels(python, requirements, staging));
  return { file: python, args: ['-m', module], env: { PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1' } };
}
