import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { build } from 'rolldown';
import type { TerraformOptions } from '../../../activities/terraform/options.ts';

/** The worker as a program; answers what starts it. */
export async function buildWorker(
  directory: string,
): Promise<(options: TerraformOptions, hash: string) => ChildProcess> {
  const file = path.join(directory, 'terraform-worker.mjs');
  await build({
    input: path.join(import.meta.dirname, 'terraform-worker.ts'),
    platform: 'node',
    resolve: { mainFields: ['module', 'main'] },
    output: { file, codeSplitting: false },
    logLevel: 'warn',
  });
  return (options, hash) =>
    spawn(process.execPath, [file, JSON.stringify(options), hash], { stdio: ['ignore', 'inherit', 'inherit'] });
}

/** As power that is cut: no signal handler runs, nothing is written any more. */
export async function killed(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
