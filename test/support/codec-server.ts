import path from 'node:path';
import type { Child } from '../../activities/command.ts';
import { freePort } from '../../bench/free-port.ts';
import { serve } from '../../bench/serve.ts';
import { projectRoot } from '../../environments/root.ts';
import type { Cleanup } from './flags.ts';

/** The codec server as a user starts it, with the keys of a file, and what its port is. */
export async function startCodecServer(
  keys: string,
  cleanup: Cleanup,
  ...options: string[]
): Promise<{ endpoint: string; child: Child }> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const main = path.join(projectRoot, 'dist/bin/codec.js');
  const { child, end } = await serve(
    'the codec server',
    [process.execPath, main, 'serve', '--port', String(port), ...options],
    () => fetch(endpoint),
    { INCIDENTFOX_CODEC_KEYS: keys },
  );
  cleanup(end);
  return { endpoint, child };
}
