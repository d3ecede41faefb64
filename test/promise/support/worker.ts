import path from 'node:path';
import { start } from '../../../activities/command.ts';
import { projectRoot } from '../../../environments/root.ts';
import type { Cleanup } from '../../support/flags.ts';

/** A worker that no supervisor keeps, with variables of its own; ended by `cleanup`. */
export function startWorker(cleanup: Cleanup, env: NodeJS.ProcessEnv): void {
  const child = start(process.execPath, [path.join(projectRoot, 'dist/worker/main.js')], { env });
  cleanup(async () => {
    child.kill('SIGKILL');
    await child;
  });
}
