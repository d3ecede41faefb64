import path from 'node:path';
import getPort from 'get-port';
import { onTestFinished, vi } from 'vitest';
import { start } from '../../activities/command.ts';
import { projectRoot } from '../../environments/root.ts';
import type { Cleanup } from './flags.ts';

/** The flag daemon as a process of its own on `file`, ended with the test. Answers its OFREP address. */
export async function flagDaemon(file: string, cleanup: Cleanup = onTestFinished): Promise<string> {
  const port = await getPort({ host: '127.0.0.1' });
  const main = path.join(projectRoot, 'dist/lab/flagd/main.js');
  const child = start(process.execPath, [main, '--port', String(port), '--file', file]);
  cleanup(async () => {
    child.kill('SIGKILL');
    await child;
  });
  const ofrep = `http://127.0.0.1:${port}`;
  await vi.waitFor(() => fetch(`${ofrep}/readyz`), { timeout: 15_000, interval: 50 });
  return ofrep;
}
