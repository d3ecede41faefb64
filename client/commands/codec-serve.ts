import { openCodec } from '../../activities/codec/codec.ts';
import { codecKeysFile } from '../../environments/codec-keys.ts';
import { currentEnvironment } from '../../environments/current.ts';
import { loadEnvironment } from '../../environments/load.ts';
import { readState } from '../../lab/state.ts';
import { Problem, shown } from '../../workflows/problem.ts';
import { codecServer } from '../codec/server.ts';
import { note, printLine } from '../output.ts';

interface Options {
  port: string;
  host: string;
  origin?: string[];
}

const loopback = ['127.0.0.1', 'localhost', '[::1]'];

/** `codec serve`: the codec server, until SIGINT or SIGTERM. */
export async function codecServe({ port, host, origin }: Options): Promise<void> {
  const keys = codecKeysFile();
  if (keys === undefined) {
    throw new Problem(
      'bad-usage',
      'INCIDENTFOX_CODEC_KEYS names no key file',
      'Make one with: npm run codec -- keys --out FILE',
    );
  }
  const number = portOf(port);
  const names = [...new Set([...loopback, host])];
  const hosts = names.map((name) => placeOf(`http://${name}:${number}`, 'host').host);
  const origins = (origin ?? [webUi()]).map((each) => placeOf(each, 'origin').origin);
  const server = codecServer(await openCodec(keys), { hosts, origins });
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await server.listen({ host: host.replace(/^\[|\]$/g, ''), port: number }).catch((error: NodeJS.ErrnoException) => {
    throw new Problem('start-failed', `Nothing can listen at ${host}:${port}: ${error.code}`, 'Choose another: --port');
  });
  if (!loopback.includes(host)) note('Whoever reaches this server reads every payload: let nobody who may not.');
  printLine(`Codec server at http://${host}:${port}, for ${origins.join(', ')}; Ctrl-C ends it.`);
  await ended;
  await server.close();
}

/** Of the lab that is up, else of one that comes up where ports are free. */
function webUi(): string {
  return readState()?.temporal.ui ?? loadEnvironment(currentEnvironment()).temporal.ui;
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port;
  throw new Problem('bad-usage', `"${shown(text)}" is no port`, 'Give one from 1 to 65535.');
}

function placeOf(text: string, option: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.pathname === '/') return url;
  throw new Problem('bad-usage', `--${option}: "${shown(text)}" is none`, 'An origin is http://127.0.0.1:8233, say.');
}
