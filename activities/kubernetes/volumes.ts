import { CoreV1Api } from '@kubernetes/client-node';
import type { Cluster } from './cluster.ts';
import { ignoringMissing } from './namespace.ts';

/** Removes the claims that a release's pods had: helm leaves those of a StatefulSet. Answers them; what they hold goes with them. */
export async function removeClaims(cluster: Cluster, releases: string[]): Promise<string[]> {
  const { namespace } = cluster;
  const labelSelector = `app.kubernetes.io/instance in (${releases.join()})`;
  const claims = (api: CoreV1Api) => api.listNamespacedPersistentVolumeClaim({ namespace, labelSelector });
  const removed: string[] = [];
  for (const { metadata } of (await cluster.use(CoreV1Api, claims)).items) {
    const name = metadata?.name ?? '';
    await ignoringMissing(
      cluster.use(CoreV1Api, (api) => api.deleteNamespacedPersistentVolumeClaim({ name, namespace })),
    );
    removed.push(`PersistentVolumeClaim/${name}`);
  }
  return removed;
}
