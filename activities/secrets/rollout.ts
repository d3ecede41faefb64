import {
  AppsV1Api,
  CoreV1Api,
  PatchStrategy,
  setHeaderOptions,
  type V1LabelSelector,
  type V1ObjectMeta,
  type V1Pod,
} from '@kubernetes/client-node';
import type { Consumer } from '../../workflows/secrets-contract.ts';
import { isReady } from '../flags/configmap/pods.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { reasonOf } from '../kubernetes/look/reason.ts';
import { ignoringMissing } from '../kubernetes/namespace.ts';
import { isOf } from './consumers.ts';

/** kubectl's own, which other tools know as well. */
const annotation = 'kubectl.kubernetes.io/restartedAt';

interface Workload {
  metadata?: V1ObjectMeta;
  spec?: { replicas?: number; selector: V1LabelSelector; template: { metadata?: V1ObjectMeta } };
  status?: { observedGeneration?: number; desiredNumberScheduled?: number };
}

/** Marks a workload's pods, which has all of them replaced; one with this mark (ISO 8601), or a later one, is left alone. */
export async function markRestart(cluster: Cluster, consumer: Consumer, at: string): Promise<void> {
  const { kind, name } = consumer;
  const now = markOf((await read(cluster, consumer))?.spec?.template.metadata);
  if (now !== undefined && Date.parse(now) >= Date.parse(at)) return;
  const body = { spec: { template: { metadata: { annotations: { [annotation]: at } } } } };
  const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
  const request = { name, namespace: cluster.namespace, body };
  await ignoringMissing(
    cluster.use(AppsV1Api, async (api): Promise<unknown> => {
      if (kind === 'Deployment') return await api.patchNamespacedDeployment(request, merge);
      if (kind === 'StatefulSet') return await api.patchNamespacedStatefulSet(request, merge);
      return await api.patchNamespacedDaemonSet(request, merge);
    }),
  );
}

/** Whether all pods of a workload are of its template as it is now, and ready; a reason where not. One that is gone is through. */
export async function lookAtRollout(
  cluster: Cluster,
  consumer: Consumer,
): Promise<{ isDone: boolean; reason: string }> {
  const { namespace } = cluster;
  const found = await read(cluster, consumer);
  if (!found) return { isDone: true, reason: '' };
  const { metadata, spec, status } = found;
  const { items } = await cluster.use(CoreV1Api, (api) => api.listNamespacedPod({ namespace }));
  const pods = items.filter((pod) => isOf(pod, spec?.selector.matchLabels ?? {}));
  const wanted = consumer.kind === 'DaemonSet' ? (status?.desiredNumberScheduled ?? 0) : (spec?.replicas ?? 1);
  const isNew = ({ metadata: of }: V1Pod): boolean => markOf(of) === markOf(spec?.template.metadata);
  const isSeen = (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0);
  const isDone = isSeen && pods.every(isNew) && pods.filter(isReady).length >= wanted;
  if (isDone) return { isDone, reason: '' };
  const { items: events } = await cluster
    .use(CoreV1Api, (api) => api.listNamespacedEvent({ namespace }))
    .catch(() => ({ items: [] }));
  const reason = reasonOf(pods.filter(isNew), metadata?.uid, events) ?? 'its pods are being replaced';
  return { isDone, reason };
}

function markOf(metadata: V1ObjectMeta | undefined): string | undefined {
  return metadata?.annotations?.[annotation];
}

async function read(cluster: Cluster, { kind, name }: Consumer): Promise<Workload | undefined> {
  const request = { name, namespace: cluster.namespace };
  return await ignoringMissing(
    cluster.use(AppsV1Api, async (api): Promise<Workload> => {
      if (kind === 'Deployment') return await api.readNamespacedDeployment(request);
      if (kind === 'StatefulSet') return await api.readNamespacedStatefulSet(request);
      return await api.readNamespacedDaemonSet(request);
    }),
  );
}
