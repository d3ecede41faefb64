import { parseArgs } from 'node:util';
import { ownLogger } from '../../environments/log.ts';
import { Flags } from './flags.ts';
import { flagServer, type State } from './server.ts';
import { watchFile } from './watch.ts';

// The embedded flag daemon: serves a flagd document over OFREP, on loopback unless told where, and takes up its changes.
// `node dist/lab/flagd/main.js --port 8016 --file .lab/flags/demo.flagd.json`; `--host 0.0.0.0` in a container
const host = { type: 'string', default: '127.0.0.1' } as const;
const { values } = parseArgs({ options: { host, port: { type: 'string' }, file: { type: 'string' } } });
const { port, file } = values;
if (port === undefined || file === undefined) throw new TypeError('--port and --file are needed');

const log = ownLogger('flagd');
const state: State = { flags: undefined, problem: undefined };

const watcher = watchFile(
  file,
  (text) => {
    state.flags = new Flags(text, log);
    state.problem = undefined;
    log.info({ file }, 'flags taken up');
  },
  ({ message }) => {
    if (message === state.problem) return;
    state.problem = message;
    log.error({ file, problem: message }, 'the flags on disk cannot be used: the last good ones stay in force');
  },
);

const app = flagServer(state);
await app.listen({ host: values.host, port: Number(port) });
log.info({ address: `http://${values.host}:${port}`, file }, 'serving OFREP');

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    watcher.close();
    void app.close().then(() => process.exit(0));
  });
}
