import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { ServerClock } from '../activities/clock.ts';
import { dataConverter } from '../activities/codec/data-converter.ts';
import { keepReconciled } from '../activities/flags/keep.ts';
import { temporalOwners } from '../activities/owners.ts';
import { onDemand } from '../activities/server.ts';
import { openTarget } from '../activities/target.ts';
import { currentEnvironment } from '../environments/current.ts';
import { isCluster, loadEnvironment } from '../environments/load.ts';
import { ownLogger } from '../environments/log.ts';
import { temporalTarget } from '../environments/temporal.ts';
import { taskQueues } from '../workflows/contract.ts';
import { connect } from './connection.ts';
import { workerSettings } from './settings.ts';
import { openWorkerSight } from './sight/worker-sight.ts';
import { createWorkers } from './workers.ts';

/**
 * Composition root: one process serves one environment, the one that INCIDENTFOX_ENVIRONMENT names. Ended by SIGTERM: it takes
 * no more work, lets what it has begun come to its end, and withdraws faults that fall due meanwhile.
 */
const log = ownLogger('worker');
const stop = new AbortController();
const over = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());

try {
  const environment = loadEnvironment(currentEnvironment());
  const settings = workerSettings(taskQueues(environment.name).main);
  const { sight, parts, running: polling, close } = await openWorkerSight(environment.name, log);
  const clock = new ServerClock();
  const lab = await openTarget(environment, () => clock.now());
  sight.watch({ store: lab.store, now: () => clock.now(), mayBeMissing: isCluster(environment) });
  const target = temporalTarget(environment.temporal.address);
  const server = onDemand(() => target);
  const reconciling = keepReconciled(
    lab.store,
    over.signal,
    log,
    {
      ...sight.surroundings,
      owners: temporalOwners(server),
      isRestored: (record) => lab.witness.isWithout(record),
    },
    () => clock.now(),
  );
  // else broken keys would be taken for a server that does not answer
  await dataConverter();
  const connected = await connect(target, server, stop.signal, log);
  const workers = await createWorkers(environment, connected, lab, clock, settings, parts);
  const running = Promise.all(workers.map((worker) => worker.run()));
  polling(workers, stop.signal);
  log.info(
    { environment: environment.name, address: connected.address, namespace: connected.namespace },
    'worker ready',
  );
  if (!stop.signal.aborted) await Promise.race([running, once(stop.signal, 'abort')]);
  for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  // who gave it a time to end in has set a limit to what then is cancelled, too
  await (settings.shutdownGrace === null ? Promise.race([running, delay(5_000)]) : running);
  over.abort();
  await Promise.race([reconciling, delay(2_000)]);
  await close();
  process.exit(0);
} catch (error) {
  log.fatal({ err: error }, 'worker failed');
  process.exit(1);
}
