import { CoreV1Api } from '@kubernetes/client-node';
import type { Cluster } from './cluster.ts';
import { ignoringMissing } from './namespace.ts';

/** The claims that the releases' pods have or had: helm leaves those of a StatefulSet. */
export async function claimsOf(cluster: Cluster, releases: string[]): Promise<string[]> {
  const { namespace } = cluster;
  const labelSelector = `app.kubernetes.io/instance in (${releases.join()})`;
  const { items } = await cluster.use(CoreV1Api, (api) =>
    api.listNamespacedPersistentVolumeClaim({ namespace, labelSelector }),
  );
  return items.map(({ metadata }) => `PersistentVolumeClaim/${metadata?.name}`);
}

/** Removes them; what they hold goes with them. */
export async function removeClaims(cluster: Cluster, releases: string[]): Promise<void> {
  const { namespace } = cluster;
  for (const claim of await claimsOf(cluster, releases)) {
    const name = claim.slice(claim.indexOf('/') + 1);
    await ignoringMissing(
      cluster.use(CoreV1Api, (api) => api.deleteNamespacedPersistentVolumeClaim({ name, namespace })),
    );
  }
}
