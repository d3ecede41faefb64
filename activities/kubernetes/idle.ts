import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '../../workflows/problem.ts';
import type { Progress } from '../lifecycle/step.ts';
import type { Cluster } from './cluster.ts';
import { type HelmOwner, helmOf } from './helm-owner.ts';
import { newestRevision, type Revision } from './look/release.ts';

const lookEvery = 1_000;
/** helm's own patience unless it is told otherwise (ms). */
const patience = 5 * 60_000;

/** Whether a release is in the middle of something, or was left there. */
export function isUnfinished({ release }: Revision): boolean {
  return /^(pending-|uninstalling$)/.test(release.status);
}

/**
 * The newest revision of a release once no helm is at work on it any more; null where there is none. One that is unfinished
 * then has been left by a helm that is proven to be gone. Throws Problem `lifecycle-busy` where somebody else's helm neither ends
 * nor can be proven to be gone.
 */
export async function whenIdle(
  cluster: Cluster,
  name: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<Revision | null> {
  for (;;) {
    const revision = await newestRevision(cluster, name);
    if (!revision || !isUnfinished(revision)) return revision;
    const owner = await helmOf(revision);
    if (owner === 'gone') return revision;
    const { status } = revision.release;
    if (owner === 'unknown' && Date.now() > revision.begun + patience) throw strange(revision);
    progress.show({ detail: `release ${name} is ${status}; its helm is at work ${whereabouts(owner)}` });
    await delay(lookEvery, undefined, { signal });
  }
}

function whereabouts(owner: Exclude<HelmOwner, 'gone'>): string {
  if (owner === 'living') return 'on this machine';
  return owner === 'unknown' ? 'and not ours' : `elsewhere, until ${new Date(owner.until).toISOString()} at most`;
}

function strange({ release: { name, namespace, status }, begun, secret }: Revision): Problem {
  return new Problem(
    'lifecycle-busy',
    `Release ${name} is ${status} since ${new Date(begun).toISOString()}, by a helm that this lab did not start`,
    `If it is gone for good, remove what it left: kubectl delete secret ${secret.name} --namespace ${namespace}. Then try again.`,
  );
}
