import { existsSync } from 'node:fs';
import path from 'node:path';
import { run } from '../../activities/command.ts';
import { projectRoot } from '../../environments/root.ts';
import { cacheDirectory, fillDirectory } from '../../lab/tools/cache.ts';
import { findPython, installWheels } from '../../lab/tools/pip.ts';

/** How a peer is started that breaks a flag file for some seconds. */
export interface PeerCommand {
  file: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
}

const directory = path.join(projectRoot, 'bench/peers');

/** The shell script with `trap`. */
export function trapScript(flags: string, seconds: number): PeerCommand {
  return { file: path.join(directory, 'trap.sh'), args: [flags, String(seconds)] };
}

/** Puts Chaos Toolkit into the download cache, if it is not there, and answers what runs its experiment. */
export async function chaosToolkit(): Promise<(flags: string, seconds: number) => PeerCommand> {
  const python = await findPython();
  const { stdout: abi } = await run(python, ['-c', 'import sys; print(sys.implementation.cache_tag)']);
  // a plain directory on Python's path, not a venv: that can be filled beside its place and renamed
  const packages = path.join(cacheDirectory(), 'chaostoolkit', `1.19.0-${abi}`);
  const requirements = path.join(projectRoot, 'tools/chaostoolkit.txt');
  if (!existsSync(packages)) await fillDirectory(packages, (staging) => installWheels(python, requirements, staging));

  const options = ['-m', 'chaostoolkit', '--no-version-check', '--no-log-file', 'run', '--rollback-strategy', 'always'];
  return (flags, seconds) => ({
    file: python,
    args: [...options, '--journal-path', `${flags}.journal.json`, path.join(directory, 'experiment.json')],
    env: {
      FLAG_FILE: flags,
      HOLD: String(seconds),
      PYTHONPATH: [packages, directory].join(path.delimiter),
      PYTHONDONTWRITEBYTECODE: '1',
    },
  });
}
