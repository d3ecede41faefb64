import { execFile } from 'node:child_process';
import path from 'node:path';
import { projectRoot } from '../../environments/root.ts';

/** Runs a built command in the test's surroundings; answers what it printed and its exit code. */
export function command(
  name: 'status' | 'scale',
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ stdout: string; stderr: string; exitCode: number }> {
  const program = path.join(projectRoot, `dist/bin/${name}.js`);
  return new Promise((resolve) => {
    const child = execFile('node', [program, ...args], { env: { ...process.env, ...env } }, (_error, stdout, stderr) =>
      resolve({ stdout, stderr, exitCode: child.exitCode ?? -1 }),
    );
  });
}
