import path from 'node:path';
import { CommandError, run } from '../../../activities/command.ts';
import { projectRoot } from '../../../environments/root.ts';

/** What actionlint, built of tools/actionlint unless it is in the cache, has against workflows: one line each. */
export async function lintWorkflows(files: string[]): Promise<string[]> {
  const { stdout: programs } = await run(path.join(projectRoot, 'tools/build.sh'), ['actionlint']);
  // without the linters that it would look for on PATH, so that its verdict is the same everywhere
  const args = ['-oneline', '-shellcheck=', '-pyflakes=', ...files];
  try {
    await run(path.join(programs, 'actionlint'), args, { cwd: projectRoot });
    return [];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return String(error.stdout).split('\n');
  }
}
