import path from 'node:path';
import getPort from 'get-port';
import { vi } from 'vitest';
import { type Child, start } from '../../activities/command.ts';
import { projectRoot } from '../../environments/root.ts';
import type { Cleanup } from './flags.ts';

/** The codec server as a user starts it, with the keys of a file, and what its port is. */
export async function startCodecServer(
  keys: string,
  cleanup: Cleanup,
  ...options: string[]
): Promise<{ endpoint: string; child: Child }> {
  const port = await getPort();
  const args = [path.join(projectRoot, 'dist/bin/codec.js'), 'serve', '--port', String(port), ...options];
  const child = start(process.execPath, args, { env: { INCIDENTFOX_CODEC_KEYS: keys } });
  cleanup(async () => {
    child.kill('SIGKILL');
    await child;
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await vi.waitFor(() => fetch(endpoint), { timeout: 60_000, interval: 50 });
  return { endpoint, child };
}
