import path from 'node:path';
import { onTestFinished } from 'vitest';
import { start } from '../../../activities/command.ts';
import { projectRoot } from '../../../environments/root.ts';

/** A worker that no supervisor keeps, with variables of its own; ended with the test. */
export function startWorker(env: NodeJS.ProcessEnv): void {
  const child = start(process.execPath, [path.join(projectRoot, 'dist/worker/main.js')], { env });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await child;
  });
}
