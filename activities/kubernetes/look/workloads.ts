import {
  AppsV1Api,
  CoreV1Api,
  type V1DaemonSet,
  type V1Deployment,
  type V1ObjectMeta,
  type V1Pod,
  type V1StatefulSet,
} from '@kubernetes/client-node';
import type { Cluster } from '../cluster.ts';
import { reasonOf } from './reason.ts';

/** A workload of the lab's namespace. */
export interface Workload {
  kind: 'deployment' | 'statefulset' | 'daemonset';
  name: string;
  /** replicas that are ready, of the newest definition where that is known */
  ready: number;
  wanted: number;
  isReady: boolean;
  /** why it is not ready, as far as pods and events tell */
  reason: string | null;
  /** the helm release that it is of */
  release: string | null;
}

/** Everything that keeps pods running in the namespace, those that are not ready first. */
export async function findWorkloads(cluster: Cluster): Promise<Workload[]> {
  const { namespace } = cluster;
  const apps = <T>(call: (api: AppsV1Api) => Promise<T>): Promise<T> => cluster.use(AppsV1Api, call);
  const [deployments, sets, daemons, pods] = await Promise.all([
    apps((api) => api.listNamespacedDeployment({ namespace })),
    apps((api) => api.listNamespacedStatefulSet({ namespace })),
    apps((api) => api.listNamespacedDaemonSet({ namespace })),
    // a reason is a help, not the answer: without the right to it the rest is shown
    cluster.use(CoreV1Api, (api) => api.listNamespacedPod({ namespace })).catch(() => ({ items: [] })),
  ]);
  const found = [
    ...deployments.items.map((each) => ({ object: each, workload: replicated('deployment', each) })),
    ...sets.items.map((each) => ({ object: each, workload: replicated('statefulset', each) })),
    ...daemons.items.map((each) => ({ object: each, workload: daemon(each) })),
  ];
  const allReady = found.every(({ workload }) => workload.isReady);
  const { items: events } = allReady
    ? { items: [] }
    : await cluster.use(CoreV1Api, (api) => api.listNamespacedEvent({ namespace })).catch(() => ({ items: [] }));
  return found
    .map(({ object: { spec, metadata }, workload }) => {
      if (workload.isReady) return workload;
      const own = pods.items.filter((pod) => isSelected(pod, spec?.selector.matchLabels));
      return { ...workload, reason: reasonOf(own, metadata?.uid, events) };
    })
    .toSorted((a, b) => Number(a.isReady) - Number(b.isReady) || a.name.localeCompare(b.name));
}

function replicated(
  kind: 'deployment' | 'statefulset',
  { metadata, spec, status }: V1Deployment | V1StatefulSet,
): Workload {
  const wanted = spec?.replicas ?? 1;
  const ready = status?.readyReplicas ?? 0;
  const isCurrent = (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0);
  // while one definition replaces another, what is ready may be of the old one: as kubectl rollout status has it
  const { updatedReplicas: updated = 0, replicas = 0 } = status ?? {};
  const isReady = isCurrent && updated >= wanted && replicas <= updated && ready >= updated;
  return { kind, name: metadata?.name ?? '', ready, wanted, isReady, reason: null, release: releaseOf(metadata) };
}

function daemon({ metadata, status }: V1DaemonSet): Workload {
  const { desiredNumberScheduled: wanted = 0, numberReady: ready = 0, observedGeneration = 0 } = status ?? {};
  const isReady = observedGeneration >= (metadata?.generation ?? 0) && ready >= wanted;
  return {
    kind: 'daemonset',
    name: metadata?.name ?? '',
    ready,
    wanted,
    isReady,
    reason: null,
    release: releaseOf(metadata),
  };
}

function releaseOf(metadata: V1ObjectMeta | undefined): string | null {
  return metadata?.annotations?.['meta.helm.sh/release-name'] ?? null;
}

function isSelected({ metadata }: V1Pod, labels: Record<string, string> | undefined): boolean {
  const wanted = Object.entries(labels ?? {});
  return wanted.length > 0 && wanted.every(([name, value]) => metadata?.labels?.[name] === value);
}
