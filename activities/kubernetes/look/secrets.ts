import { CustomObjectsApi } from '@kubernetes/client-node';
import { type Cluster, isAnswer } from '../cluster.ts';
import { troubleOf } from './trouble.ts';

/** Whether a secret is what its store has, by External Secrets. */
export interface SyncedSecret {
  name: string;
  inStep: boolean;
  /** what External Secrets says of it */
  reason: string | null;
}

interface ExternalSecrets {
  items: {
    metadata: { name: string };
    status?: { conditions?: { type: string; status: string; reason?: string; message?: string }[] };
  }[];
}

/** The namespace's ExternalSecrets; null where the cluster does not know that kind. */
export async function findSecrets(cluster: Cluster): Promise<SyncedSecret[] | null> {
  const request = {
    group: 'external-secrets.io',
    version: 'v1',
    namespace: cluster.namespace,
    plural: 'externalsecrets',
  };
  try {
    const { items } = (await cluster.use(CustomObjectsApi, (api) =>
      api.listNamespacedCustomObject(request),
    )) as ExternalSecrets;
    return await Promise.all(
      items.map(async ({ metadata: { name }, status }) => {
        const ready = status?.conditions?.find(({ type }) => type === 'Ready');
        if (ready?.status === 'True') return { name, inStep: true, reason: null };
        const said = ready?.message ?? ready?.reason ?? 'not synced yet';
        const trouble = ready && (await troubleOf(cluster, name));
        return { name, inStep: false, reason: trouble ? `${said}: ${trouble}` : said };
      }),
    );
  } catch (error) {
    if (isAnswer(error, 404)) return null;
    throw error;
  }
}
