import { AppsV1Api, CoreV1Api, type V1ObjectMeta, type V1Pod, type V1PodSpec } from '@kubernetes/client-node';
import type { Consumer } from '../../workflows/secrets-contract.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { ignoringMissing } from '../kubernetes/namespace.ts';

/** A workload that takes a Secret: which of its keys, and its pods that are not about to end. */
export interface Consuming extends Consumer {
  keys: string[];
  labels: Record<string, string>;
  pods: V1Pod[];
}

interface Workload {
  metadata?: V1ObjectMeta;
  spec?: {
    selector: { matchLabels?: Record<string, string> };
    template: { metadata?: V1ObjectMeta; spec?: V1PodSpec };
  };
}

/** Every workload of the namespace whose pods take the Secret, into their environment or as files. */
export async function findConsumers(cluster: Cluster, secret: string): Promise<Consuming[]> {
  const { namespace } = cluster;
  const apps = <T>(call: (api: AppsV1Api) => Promise<T>): Promise<T> => cluster.use(AppsV1Api, call);
  const [deployments, sets, daemons, pods] = await Promise.all([
    apps((api) => api.listNamespacedDeployment({ namespace })),
    apps((api) => api.listNamespacedStatefulSet({ namespace })),
    apps((api) => api.listNamespacedDaemonSet({ namespace })),
    cluster.use(CoreV1Api, (api) => api.listNamespacedPod({ namespace })),
  ]);
  const of = (kind: Consumer['kind'], items: Workload[]): Consuming[] =>
    items
      .filter(({ spec }) => refersTo(spec?.template.spec, secret))
      .map(({ metadata, spec }) => ({
        kind,
        name: metadata?.name ?? '',
        keys: keysOf(spec?.template.spec, secret),
        labels: spec?.template.metadata?.labels ?? {},
        pods: pods.items.filter((pod) => isOf(pod, spec?.selector.matchLabels ?? {})),
      }));
  return [
    ...of('Deployment', deployments.items),
    ...of('StatefulSet', sets.items),
    ...of('DaemonSet', daemons.items),
  ].toSorted((a, b) => a.name.localeCompare(b.name));
}

/**
 * Whether one of its pods may hold another version than the one that is there `since` (ms since the epoch, by the API server's clock, which
 * counts whole seconds).
 */
export function isStale({ pods }: Consuming, since: number): boolean {
  return pods.some(({ metadata }) => new Date(metadata?.creationTimestamp ?? 0).getTime() <= since);
}

/** Those behind the service of an address come first: a database, before its clients. */
export async function behindFirst(cluster: Cluster, url: string | undefined, all: Consuming[]): Promise<Consuming[]> {
  if (url === undefined) return all;
  const request = { name: new URL(url).hostname, namespace: cluster.namespace };
  const service = await ignoringMissing(cluster.use(CoreV1Api, (api) => api.readNamespacedService(request)));
  const selected = Object.entries(service?.spec?.selector ?? {});
  const isBehind = ({ labels }: Consuming): boolean =>
    selected.length > 0 && selected.every(([name, value]) => labels[name] === value);
  return all.toSorted((a, b) => Number(isBehind(b)) - Number(isBehind(a)));
}

/** Whether a pod that is not about to end has these labels. */
export function isOf({ metadata, status }: V1Pod, labels: Record<string, string>): boolean {
  if (metadata?.deletionTimestamp !== undefined || status?.phase === 'Succeeded' || status?.phase === 'Failed')
    return false;
  const wanted = Object.entries(labels);
  return wanted.length > 0 && wanted.every(([name, value]) => metadata?.labels?.[name] === value);
}

function refersTo(spec: V1PodSpec | undefined, secret: string): boolean {
  const isMounted = spec?.volumes?.some(
    ({ secret: own, projected }) =>
      own?.secretName === secret || projected?.sources?.some((source) => source.secret?.name === secret),
  );
  const isWhole = containersOf(spec).some(({ envFrom }) =>
    envFrom?.some(({ secretRef }) => secretRef?.name === secret),
  );
  return isMounted === true || isWhole || references(spec, secret).length > 0;
}

/** Those that it cannot do without. */
function keysOf(spec: V1PodSpec | undefined, secret: string): string[] {
  return [...new Set(references(spec, secret).flatMap(({ key, optional }) => (optional ? [] : [key])))];
}

function references(spec: V1PodSpec | undefined, secret: string) {
  return containersOf(spec)
    .flatMap(({ env }) => env ?? [])
    .flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? [])
    .filter(({ name }) => name === secret);
}

function containersOf(spec: V1PodSpec | undefined) {
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
}
