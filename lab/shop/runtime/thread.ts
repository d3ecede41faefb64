import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { createCalls } from './calls.ts';
import { connectFlags } from './flags.ts';
import { createMetrics } from './metrics.ts';
import { lightServer } from './server.ts';
import type { Service } from './service.ts';
import { setups } from './setups.ts';
import { watchVitals } from './vitals.ts';
import type { FromThread, ThreadSettings, ToThread } from '../messages.ts';

// The first code of each service's thread: everything that all services have in common, then the service itself.
const settings = workerData as ThreadSettings;
const port = parentPort;
if (port === null) throw new Error('this file runs in a worker thread only');
const tell = (message: FromThread): void => port.postMessage(message);

const metrics = createMetrics(watchVitals());
const calls = createCalls(settings.addresses);
const flags = connectFlags(settings.ofrep, (message, details) => tell({ kind: 'log', message, details }));
const app = lightServer();

const every: Service['every'] = async (ms, task) => {
  for (;;) {
    try {
      await task();
    } catch {
      // The next turn tries again: a callee or the flag daemon may be away for a moment.
    }
    await sleep(ms);
  }
};

metrics.countRequests(app);
const setup = await setups[settings.name]();
const gauges = setup({ app, flags, calls, metrics, settings, every });
metrics.setGauges(gauges);

app.get('/metrics', { config: { uncounted: true } }, async (_request, reply) =>
  reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics.text()),
);
app.get('/ready', { config: { uncounted: true } }, async (_request, reply) => {
  const ready = (await gauges.ready?.()) ?? true;
  metrics.setReady(ready);
  return reply.code(ready ? 200 : 503).send({ ready });
});

port.on('message', (message: ToThread) => {
  if (message.kind === 'addresses') calls.update(message.addresses);
  else void metrics.report().then((report) => tell({ kind: 'report', report }));
});

try {
  tell({ kind: 'listening', url: await app.listen({ host: '127.0.0.1', port: settings.port }) });
} catch (error) {
  tell({ kind: 'cannot-listen', message: error instanceof Error ? error.message : String(error) });
}
