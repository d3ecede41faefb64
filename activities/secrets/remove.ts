import { CoreV1Api, CustomObjectsApi, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import type { Cluster } from '../kubernetes/cluster.ts';
import type { Helm } from '../kubernetes/helm.ts';
import { ignoringMissing } from '../kubernetes/namespace.ts';
import { uninstall } from '../kubernetes/uninstall.ts';
import { watchUntil } from '../kubernetes/watch.ts';
import type { Progress } from '../lifecycle/step.ts';
import { secretsRelease } from './external-secret.ts';

/** How long the operator may take to let go of what it looked after (ms). */
const patience = 60_000;

const kind = { group: 'external-secrets.io', version: 'v1' } as const;
const plurals = ['externalsecrets', 'secretstores'] as const;
type Plural = (typeof plurals)[number];

/**
 * Removes what the operator looks after, before the operator: one that is gone already can let go of nothing, so then it is done in its
 * place, for the lab's own objects. The Secrets that it made go, too: Kubernetes itself forgets them where their owner's kind goes at once.
 */
export async function removeSecrets(
  cluster: Cluster,
  helm: Helm,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  await uninstall(cluster, helm, secretsRelease, progress, signal);
  await awaitGone(cluster, progress, signal);
  await removeOrphans(cluster);
}

async function awaitGone(cluster: Cluster, progress: Progress, signal: AbortSignal): Promise<void> {
  const { namespace } = cluster;
  const left = async (): Promise<true | undefined> => {
    const found = await ours(cluster);
    if (found.length === 0) return true;
    progress.show({ detail: `waiting for the operator to let go of ${found.map(({ name }) => name).join(', ')}` });
    return undefined;
  };
  const watched = plurals.map((plural) => ({
    path: `/apis/${kind.group}/${kind.version}/namespaces/${namespace}/${plural}`,
  }));
  if ((await left()) || (await watchUntil(cluster, watched, left, patience, signal))) return;
  const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
  for (const { name, plural } of await ours(cluster)) {
    const request = { ...kind, plural, namespace, name, body: { metadata: { finalizers: null } } };
    await ignoringMissing(cluster.use(CustomObjectsApi, (api) => api.patchNamespacedCustomObject(request, merge)));
  }
}

/** Secrets whose ExternalSecret is no more. */
async function removeOrphans(cluster: Cluster): Promise<void> {
  const { namespace } = cluster;
  const labelSelector = 'reconcile.external-secrets.io/managed=true';
  const { items } = await cluster.use(CoreV1Api, (api) => api.listNamespacedSecret({ namespace, labelSelector }));
  const living = new Set((await list(cluster, 'externalsecrets')).map(({ uid }) => uid));
  for (const { metadata } of items) {
    const owner = metadata?.ownerReferences?.find((each) => each.kind === 'ExternalSecret');
    if (!owner || living.has(owner.uid)) continue;
    const name = metadata?.name ?? '';
    await ignoringMissing(cluster.use(CoreV1Api, (api) => api.deleteNamespacedSecret({ name, namespace })));
  }
}

async function ours(cluster: Cluster): Promise<{ name: string; plural: Plural }[]> {
  const labelSelector = `app.kubernetes.io/instance=${secretsRelease}`;
  const found = await Promise.all(
    plurals.map(async (plural) => {
      const objects = await list(cluster, plural, labelSelector);
      return objects.map(({ name }) => ({ name, plural }));
    }),
  );
  return found.flat();
}

/** None where the cluster does not know the kind. */
async function list(
  cluster: Cluster,
  plural: Plural,
  labelSelector?: string,
): Promise<{ name: string; uid: string }[]> {
  const request = { ...kind, plural, namespace: cluster.namespace, ...(labelSelector ? { labelSelector } : {}) };
  const found = (await ignoringMissing(
    cluster.use(CustomObjectsApi, (api) => api.listNamespacedCustomObject(request)),
  )) as { items: { metadata: { name: string; uid: string } }[] } | undefined;
  return found?.items.map(({ metadata }) => metadata) ?? [];
}
