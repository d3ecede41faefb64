import { Problem } from '../../workflows/problem.ts';
import type { Consumer } from '../../workflows/secrets-contract.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { watchUntil } from '../kubernetes/watch.ts';
import type { Progress } from '../lifecycle/step.ts';
import { lookAtRollout, markRestart } from './rollout.ts';

/**
 * Replaces the pods of a workload, as `kubectl rollout restart` does, and waits until all that are there are new and ready, for
 * `patience` (ms) at most. `at` (ISO 8601) marks this restart: with the same mark it is made once. One that is gone is as good as
 * restarted. Throws Problem `not-ready`.
 */
export async function restart(
  cluster: Cluster,
  consumer: Consumer,
  at: string,
  patience: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const { namespace } = cluster;
  const { kind, name } = consumer;
  await markRestart(cluster, consumer, at);
  let why = 'nothing tells why';
  const look = async (): Promise<true | undefined> => {
    const { isDone, reason } = await lookAtRollout(cluster, consumer);
    if (isDone) return true;
    why = reason;
    progress.show({ detail: `${kind} ${name}: ${reason}` });
    return undefined;
  };
  const watched = [
    { path: `/apis/apps/v1/namespaces/${namespace}/${kind.toLowerCase()}s`, fieldSelector: `metadata.name=${name}` },
    { path: `/api/v1/namespaces/${namespace}/pods` },
  ];
  if (await watchUntil(cluster, watched, look, patience, signal)) return;
  throw new Problem(
    'not-ready',
    `${kind} ${name} was not ready in time after its restart: ${why}`,
    'Look closer with npm run status; demo.readyWithin in the environment file is how long it may take.',
  );
}
