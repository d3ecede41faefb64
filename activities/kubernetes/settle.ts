import { setTimeout as delay } from 'node:timers/promises';
import { CoreV1Api } from '@kubernetes/client-node';
import type { Progress } from '../lifecycle/step.ts';
import { type Cluster, isAnswer } from './cluster.ts';
import type { Helm } from './helm.ts';
import { helmOf } from './helm-owner.ts';
import { newestRevision, type Revision } from './look/release.ts';

const unfinished = /^(pending-|uninstalling$)/;
const lookEvery = 1_000;

/**
 * Waits for a helm that is still at work on a release and puts right what one that died has left: a revision that stays
 * pending is forgotten, so that the next upgrade goes on from the one before, and an uninstall is finished. Nothing is
 * touched before it is proven that its helm is gone. Answers what was done.
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
    const revision = await newestRevision(cluster, name);
    if (!revision || !unfinished.test(revision.release.status)) return healed;
    const { status, revision: number } = revision.release;
    const owner = await helmOf(revision);
    if (owner === 'gone') {
      if (status === 'uninstalling') await helm.uninstall(revision, signal, (line) => progress.line(line));
      else await forget(cluster, revision);
      healed.push(`release ${name}, revision ${number}: ${status}`);
    } else {
      const where =
        owner === 'living' ? 'on this machine' : `elsewhere, until ${new Date(owner.until).toISOString()} at most`;
      progress.show({ detail: `release ${name} is ${status}; its helm is at work ${where}` });
      await delay(lookEvery, undefined, { signal });
    }
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
