import { KubernetesObjectApi, type KubernetesObject } from '@kubernetes/client-node';
import { turnLease } from '../flags/configmap/turn.ts';
import { mapParallel } from '../parallel.ts';
import type { Cluster } from './cluster.ts';
import { servedKinds } from './served.ts';

/** What Kubernetes itself puts into every namespace, and what only tells of other objects. */
const itsOwn = new Set(['ConfigMap/kube-root-ca.crt', 'ServiceAccount/default', `Lease/${turnLease}`]);
const shadows = new Set(['Endpoints', 'EndpointSlice', 'Event', 'PodMetrics']);

/**
 * What somebody else keeps in the lab's namespace, once the lab's releases are gone: `Deployment/theirs`. What another object owns
 * goes with that one, and what is going already is nobody's any more.
 */
export async function findStrangers(cluster: Cluster): Promise<string[]> {
  const kinds = (await servedKinds(cluster)).filter(({ kind, namespaced }) => namespaced && !shadows.has(kind));
  const found = await cluster.use(KubernetesObjectApi, (api) =>
    mapParallel(kinds, 8, async ({ apiVersion, kind }) => {
      const { items } = await api.list(apiVersion, kind, cluster.namespace);
      return items.filter(isKept).map(({ metadata }) => `${kind}/${metadata?.name}`);
    }),
  );
  return [...new Set(found.flat())].filter((name) => !itsOwn.has(name)).toSorted();
}

function isKept({ metadata }: KubernetesObject): boolean {
  return metadata?.deletionTimestamp === undefined && (metadata?.ownerReferences ?? []).length === 0;
}
