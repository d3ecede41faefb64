import path from 'node:path';
import getPort from 'get-port';
import { start } from '../activities/command.ts';
import { projectRoot } from '../environments/root.ts';
import { waitUntil } from './measure.ts';

/** The embedded flag daemon as a process of its own on `file`; resolves when it has taken the flags up. */
export async function startFlagDaemon(file: string): Promise<{ ofrep: string; end: () => Promise<void> }> {
  const port = await getPort({ host: '127.0.0.1' });
  const ofrep = `http://127.0.0.1:${port}`;
  const main = path.join(projectRoot, 'dist/lab/flagd/main.js');
  const child = start(process.execPath, [main, '--port', String(port), '--file', file]);
  const end = async (): Promise<void> => {
    child.kill('SIGKILL');
    await child;
  };
  const ready = async (): Promise<boolean> => (await fetch(`${ofrep}/readyz`).catch(() => undefined))?.ok ?? false;
  try {
    await waitUntil(ready, 30_000, 'the flag daemon answers');
    return { ofrep, end };
  } catch (error) {
    await end();
    throw error;
  }
}
