import { setTimeout as delay } from 'node:timers/promises';
import { CoreV1Api, KubernetesObjectApi } from '@kubernetes/client-node';
import { mapParallel } from '../parallel.ts';
import type { Progress } from '../lifecycle/step.ts';
import type { Cluster } from './cluster.ts';
import { ownNamespaces } from './namespace.ts';
import { servedKinds } from './served.ts';
import { claimsOf } from './volumes.ts';

const width = 8;
/** Pods take their time to end, and volumes theirs to be given back (ms). */
const patience = 2 * 60_000;

/** Looks until nothing is left but what `kept` names, two minutes at most; answers what is left then. */
export async function leftInTheEnd(
  cluster: Cluster,
  releases: string[],
  kept: string[],
  progress: Progress,
  signal: AbortSignal,
): Promise<string[]> {
  const end = performance.now() + patience;
  for (;;) {
    const left = (await findLeftovers(cluster, releases)).filter((name) => !kept.includes(name));
    if (left.length === 0 || performance.now() > end) return left;
    progress.show({ detail: `still there: ${left.slice(0, 5).join(', ')}${left.length > 5 ? ', …' : ''}` });
    await delay(1_000, undefined, { signal });
  }
}

/**
 * Whatever is still there of the releases: every kind that the API server serves is asked for what helm marked as theirs, also
 * outside the namespace; then helm's own records, pods, claims, volumes, and the namespace where the lab made it.
 */
async function findLeftovers(cluster: Cluster, releases: string[]): Promise<string[]> {
  const kinds = await servedKinds(cluster);
  const marked = await cluster.use(KubernetesObjectApi, (api) =>
    mapParallel(kinds, width, ({ apiVersion, kind }) => markedBy(api, apiVersion, kind, cluster.namespace, releases)),
  );
  const beside = await besideThem(cluster, releases);
  return [...new Set([...marked.flat(), ...beside])].toSorted();
}

async function markedBy(
  api: KubernetesObjectApi,
  apiVersion: string,
  kind: string,
  namespace: string,
  releases: string[],
): Promise<string[]> {
  const selector = 'app.kubernetes.io/managed-by=Helm';
  const all = [apiVersion, kind, undefined, undefined, undefined, undefined, undefined, selector] as const;
  const { items } = await api.list(...all);
  return items
    .filter(({ metadata }) => {
      const { 'meta.helm.sh/release-name': name = '', 'meta.helm.sh/release-namespace': place } =
        metadata?.annotations ?? {};
      return releases.includes(name) && place === namespace;
    })
    .map(({ metadata }) => `${kind}/${metadata?.name}`);
}

async function besideThem(cluster: Cluster, releases: string[]): Promise<string[]> {
  const { namespace } = cluster;
  const instances = `app.kubernetes.io/instance in (${releases.join()})`;
  const core = <T>(call: (api: CoreV1Api) => Promise<T>): Promise<T> => cluster.use(CoreV1Api, call);
  const [records, pods, claims, volumes, spaces] = await Promise.all([
    core((api) => api.listNamespacedSecret({ namespace, labelSelector: `owner=helm,name in (${releases.join()})` })),
    core((api) => api.listNamespacedPod({ namespace, labelSelector: instances })),
    claimsOf(cluster, releases),
    core((api) => api.listPersistentVolume()),
    core((api) => api.listNamespace({ labelSelector: ownNamespaces })),
  ]);
  const claimed = new Set(claims);
  const isOurs = spaces.items.some(({ metadata }) => metadata?.name === namespace);
  // a volume outlives its claim, and then only tells which one it had
  const bound = volumes.items.filter(({ spec }) => {
    const { namespace: place, name = '' } = spec?.claimRef ?? {};
    return (
      place === namespace &&
      (isOurs || claimed.has(`PersistentVolumeClaim/${name}`) || releases.some((release) => name.includes(release)))
    );
  });
  return [
    ...names(records).map((name) => `Secret/${name}`),
    ...names(pods).map((name) => `Pod/${name}`),
    ...claims,
    ...names({ items: bound }).map((name) => `PersistentVolume/${name}`),
    ...(isOurs ? [`Namespace/${namespace}`] : []),
  ];
}

function names({ items }: { items: { metadata?: { name?: string } }[] }): string[] {
  return items.map(({ metadata }) => metadata?.name ?? '');
}
