import { writeFileSync } from 'node:fs';
import { keepReconciled } from '../activities/flags/keep.ts';
import { openTarget } from '../activities/target.ts';
import { currentEnvironment } from '../environments/current.ts';
import { loadEnvironment } from '../environments/load.ts';
import { openLogger } from '../environments/log.ts';

/**
 * The reconciler by itself, as it runs in a cluster: withdraws faults that are overdue, on the environment that
 * INCIDENTFOX_ENVIRONMENT names. Needs no Temporal and asks for no owners. Each round touches the file that
 * INCIDENTFOX_HEARTBEAT names, for a liveness probe. Ended by SIGTERM.
 */
const log = openLogger('reconciler');
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
const { INCIDENTFOX_HEARTBEAT: heartbeat } = process.env;

try {
  const environment = loadEnvironment(currentEnvironment());
  const { store, witness, close } = await openTarget(environment);
  log.info({ environment: environment.name, flags: store.location }, 'reconciler ready');
  await keepReconciled(store, stop.signal, log, {
    isRestored: (record) => witness.isWithout(record),
    onRound: () => heartbeat && writeFileSync(heartbeat, ''),
  });
  await close();
  process.exit(0);
} catch (error) {
  log.fatal({ err: error }, 'reconciler failed');
  process.exit(1);
}
