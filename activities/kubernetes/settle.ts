import { CoreV1Api } from '@kubernetes/client-node';
import type { Progress } from '../lifecycle/step.ts';
import { type Cluster, isAnswer } from './cluster.ts';
import type { Helm } from './helm.ts';
import { isUnfinished, whenIdle } from './idle.ts';
import type { Revision } from './look/release.ts';
import { uninstall } from './uninstall.ts';

/**
 * Puts right what a helm that died has left of a release: a revision that stays pending is forgotten, so that the next upgrade goes
 * on from the one before, and an uninstall is finished. Answers what was done.
 */
export async function settle(
  cluster: Cluster,
  helm: Helm,
  name: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<string[]> {
  const healed: string[] = [];
  for (;;) {
    signal.throwIfAborted();
    const revision = await whenIdle(cluster, name, progress, signal);
    if (!revision || !isUnfinished(revision)) return healed;
    const { status, revision: number } = revision.release;
    if (status === 'uninstalling') await uninstall(cluster, helm, name, progress, signal);
    else await forget(cluster, revision);
    healed.push(`release ${name}, revision ${number}: ${status}`);
  }
}

/** Only as it was looked at: one that goes on after all is looked at again. */
async function forget(cluster: Cluster, { secret: { name, resourceVersion } }: Revision): Promise<void> {
  const { namespace } = cluster;
  const body = { preconditions: { resourceVersion } };
  await cluster
    .use(CoreV1Api, (api) => api.deleteNamespacedSecret({ name, namespace, body }))
    .catch((error: unknown) => {
      if (!isAnswer(error, 409) && !isAnswer(error, 404)) throw error;
    });
}
