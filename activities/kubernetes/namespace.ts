import { setTimeout as delay } from 'node:timers/promises';
import { CoordinationV1Api, CoreV1Api, type V1Namespace } from '@kubernetes/client-node';
import { Problem } from '../../workflows/problem.ts';
import { turnLease } from '../flags/configmap/turn.ts';
import type { Progress } from '../lifecycle/step.ts';
import { type Cluster, isAnswer } from './cluster.ts';
import { findStrangers } from './strangers.ts';

/** Of namespaces that this project made, and may remove. */
export const ownNamespaces = 'app.kubernetes.io/managed-by=incidentfox';
const [label = '', owner = ''] = ownNamespaces.split('=');

/** How long a namespace may take to go (ms). */
const patience = 10 * 60_000;

/** Makes the lab's namespace unless it is there; one that is going is waited for first. Answers whether it made it. */
export async function makeNamespace(cluster: Cluster, progress: Progress, signal: AbortSignal): Promise<boolean> {
  const { namespace: name } = cluster;
  const end = performance.now() + patience;
  for (;;) {
    const found = await find(cluster);
    if (found && found.metadata?.deletionTimestamp === undefined) return false;
    if (!found) {
      const body = { metadata: { name, labels: { [label]: owner } } };
      try {
        await cluster.use(CoreV1Api, (api) => api.createNamespace({ body }));
        return true;
      } catch (error) {
        if (!isAnswer(error, 409)) throw error;
      }
    }
    if (performance.now() > end) {
      const hint = 'See what holds it: kubectl get namespace -o yaml shows its conditions.';
      throw new Problem('not-ready', `Namespace ${name} is still going after ten minutes: ${whyNot(found)}`, hint);
    }
    progress.show({ detail: `namespace ${name} is still going: ${whyNot(found)}` });
    await delay(1_000, undefined, { signal });
  }
}

/**
 * Removes the namespace where the lab made it, and waits until it is gone, at most ten minutes; in one of somebody else's, only
 * what the lab keeps beside the release. Throws Problem `left-behind` where it holds anything else.
 */
export async function removeNamespace(cluster: Cluster, progress: Progress, signal: AbortSignal): Promise<void> {
  const { namespace: name } = cluster;
  const found = await find(cluster);
  if (!found) return;
  if (!isOwn(found)) {
    await ignoringMissing(
      cluster.use(CoordinationV1Api, (api) => api.deleteNamespacedLease({ name: turnLease, namespace: name })),
    );
    progress.show({ detail: `namespace ${name} was there before the lab and stays` });
    return;
  }
  const strangers = await findStrangers(cluster);
  if (strangers.length > 0) {
    throw new Problem(
      'left-behind',
      `Namespace ${name} holds what the lab did not make: ${strangers.slice(0, 5).join(', ')}${strangers.length > 5 ? ', …' : ''}`,
      'The demo is gone. Move or remove these, then tear down again: the namespace would take them along.',
    );
  }
  await ignoringMissing(cluster.use(CoreV1Api, (api) => api.deleteNamespace({ name })));
  const end = performance.now() + patience;
  while (performance.now() < end) {
    const now = await find(cluster);
    if (!now) return;
    progress.show({ detail: `namespace ${name} is going: ${whyNot(now)}` });
    await delay(500, undefined, { signal });
  }
}

/** Whether the lab's namespace is there, and the lab made it. */
export async function isOwnNamespace(cluster: Cluster): Promise<boolean> {
  const found = await find(cluster);
  return found !== undefined && isOwn(found);
}

function isOwn({ metadata }: V1Namespace): boolean {
  return metadata?.labels?.[label] === owner;
}

async function find(cluster: Cluster): Promise<V1Namespace | undefined> {
  return await ignoringMissing(cluster.use(CoreV1Api, (api) => api.readNamespace({ name: cluster.namespace })));
}

/** Undefined where the object is gone. */
export async function ignoringMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  return await answer.catch((error: unknown) => {
    if (isAnswer(error, 404)) return undefined;
    throw error;
  });
}

/** What keeps it, in the API server's own words. */
function whyNot(namespace: V1Namespace | undefined): string {
  const held = namespace?.status?.conditions?.filter(({ status }) => status === 'True') ?? [];
  return held.map(({ message }) => message).join('; ') || 'its objects are being removed';
}
