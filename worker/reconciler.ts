import { keepReconciled } from '../activities/flags/keep.ts';
import { openTarget } from '../activities/target.ts';
import { currentEnvironment } from '../environments/current.ts';
import { isCluster, loadEnvironment } from '../environments/load.ts';
import { ownLogger } from '../environments/log.ts';
import { Sight } from './sight/sight.ts';

/**
 * The reconciler by itself, as it runs in a cluster: withdraws faults that are overdue, on the environment that
 * INCIDENTFOX_ENVIRONMENT names. Needs no Temporal and asks for no owners. Ended by SIGTERM.
 */
const log = ownLogger('reconciler');
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());

try {
  const environment = loadEnvironment(currentEnvironment());
  const sight = new Sight(environment.name);
  const stopServing = await sight.serve();
  const { store, witness, close } = await openTarget(environment);
  sight.watch({ store, now: Date.now, mayBeMissing: isCluster(environment) });
  log.info({ environment: environment.name, flags: store.location }, 'reconciler ready');
  await keepReconciled(store, stop.signal, log, {
    isRestored: (record) => witness.isWithout(record),
    ...sight.surroundings,
  });
  await stopServing();
  await close();
  process.exit(0);
} catch (error) {
  log.fatal({ err: error }, 'reconciler failed');
  process.exit(1);
}
