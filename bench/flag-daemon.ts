import path from 'node:path';
import { projectRoot } from '../environments/root.ts';
import { freePort } from './free-port.ts';
import { serve } from './serve.ts';

/** The embedded flag daemon as a process of its own on `file`; resolves when it has taken the flags up. */
export async function startFlagDaemon(file: string): Promise<{ ofrep: string; end: () => Promise<void> }> {
  const port = await freePort();
  const ofrep = `http://127.0.0.1:${port}`;
  const main = path.join(projectRoot, 'dist/lab/flagd/main.js');
  const command = [process.execPath, main, '--port', String(port), '--file', file] as const;
  const { end } = await serve('the flag daemon', [...command], async () => (await fetch(`${ofrep}/readyz`)).ok);
  return { ofrep, end };
}
