import type { WorkerDeploymentVersion } from '@temporalio/common';
import { Worker, type WorkerDeploymentOptions, type WorkerOptions } from '@temporalio/worker';
import type { ServerClock } from '../activities/clock.ts';
import { dataConverter } from '../activities/codec/data-converter.ts';
import { refusedLifecycle } from '../activities/lifecycle/refused.ts';
import { refusedSecrets } from '../activities/secrets/refused.ts';
import { createForwardActivities } from '../activities/forward.ts';
import { createRollbackActivities } from '../activities/rollback.ts';
import type { Dependencies, Target } from '../activities/dependencies.ts';
import { isAws, isCluster, type Environment } from '../environments/load.ts';
import { secretPlaceOf } from '../environments/secrets.ts';
import { taskQueues } from '../workflows/contract.ts';
import type { Connected } from './connection.ts';
import { registeredSearchAttributes, registerSearchAttributes } from './search-attributes.ts';
import type { WorkerSettings } from './settings.ts';
import { workerParts } from './sight/worker-parts.ts';

/** Makes an environment's workers: that of its life cycle, and that of everything that withdraws faults. */
export async function createWorkers(
  environment: Environment,
  connected: Connected,
  target: Target,
  clock: ServerClock,
  { roles, version, shutdownGrace }: WorkerSettings,
  sight = workerParts(),
): Promise<Worker[]> {
  const { store, witness, indicators } = target;
  const { native, connection, namespace, cluster } = connected;
  await registerSearchAttributes(connection, namespace);
  const dependencies: Dependencies = {
    store,
    clock,
    witness,
    indicators,
    temporal: { cluster, namespace },
    searchAttributes: registeredSearchAttributes(connection, namespace),
  };
  const queues = taskQueues(environment.name);
  const common = {
    connection: native,
    namespace,
    dataConverter: await dataConverter(),
    shutdownGraceTime: shutdownGrace ?? '2s',
  };
  const options: Record<WorkerSettings['roles'][number], () => Promise<WorkerOptions>> = {
    lifecycle: async () => ({
      ...common,
      taskQueue: queues.main,
      ...sight.workflows,
      activities: {
        ...createForwardActivities(dependencies),
        ...(await lifecycleOf(environment, target)),
        ...(await secretsOf(environment)),
      },
      // At its default of 10 s the incidents of a worker that was killed end 10 s late.
      stickyQueueScheduleToStartTimeout: '1s',
      // Half a megabyte each: however many incidents there are, the worker's memory stays bounded; the rest is replayed.
      maxCachedWorkflows: 500,
      ...(version ? { workerDeploymentOptions: versioned(version) } : {}),
    }),
    // Never versioned: a withdrawal that waited for an old worker might wait for ever.
    rollback: () =>
      Promise.resolve({
        ...common,
        ...sight.activities,
        taskQueue: queues.rollback,
        activities: createRollbackActivities(dependencies),
      }),
  };
  return await Promise.all(roles.map(async (role) => Worker.create(await options[role]())));
}

/** Whatever began on an older version goes on with the current one: every version replays the histories of all before it. */
function versioned(version: WorkerDeploymentVersion): WorkerDeploymentOptions {
  return { version, useWorkerVersioning: true, defaultVersioningBehavior: 'AUTO_UPGRADE' };
}

/** The clients of clusters and of AWS are loaded only where there are such. */
async function lifecycleOf(environment: Environment, target: Target): Promise<object> {
  if (!isCluster(environment)) return refusedLifecycle(environment.name);
  const { createLifecycleActivities } = await import('../activities/lifecycle/lifecycle.ts');
  const activities = createLifecycleActivities(environment, target);
  if (!isAws(environment)) return activities;
  const { createInfrastructureActivities } = await import('../activities/lifecycle/infrastructure.ts');
  return { ...activities, ...createInfrastructureActivities(environment) };
}

async function secretsOf(environment: Environment): Promise<object> {
  if (secretPlaceOf(environment) === null) return refusedSecrets(environment.name);
  return (await import('../activities/secrets/activities.ts')).createSecretActivities(environment);
}
