import { gunzipSync } from 'node:zlib';
import { CoreV1Api } from '@kubernetes/client-node';
import { Problem } from '../../../workflows/problem.ts';
import type { Cluster } from '../cluster.ts';

/** A helm release, as its newest revision's Secret has it. */
export interface Release {
  name: string;
  namespace: string;
  /** helm's own word: deployed, failed, pending-install, pending-upgrade, uninstalling, … */
  status: string;
  revision: number;
  chart: string;
  chartVersion: string;
  appVersion: string | null;
}

/** The part of helm's record that we read: `pkg/release` of helm 3 and 4. */
interface HelmRecord {
  name: string;
  namespace: string;
  version: number;
  info?: { status?: string };
  chart?: { metadata?: { name?: string; version?: string; appVersion?: string } };
}

/** The newest revision of a release, read from `sh.helm.release.v1.<name>.v<n>`; null where there is none. Starts no helm. */
export async function findRelease(cluster: Cluster, name: string): Promise<Release | null> {
  const { namespace } = cluster;
  const labelSelector = `owner=helm,name=${name}`;
  const { items } = await cluster.use(CoreV1Api, (api) => api.listNamespacedSecret({ namespace, labelSelector }));
  const [newest] = items.toSorted((a, b) => revisionOf(b.metadata?.labels) - revisionOf(a.metadata?.labels));
  const data = newest?.data?.['release'];
  return data === undefined ? null : readRelease(data);
}

/** Reads `data.release` of the Secret: base64 of the API, base64 of helm, gzip, JSON. Throws Problem `helm-failed`. */
export function readRelease(data: string): Release {
  try {
    const packed = Buffer.from(Buffer.from(data, 'base64').toString('latin1'), 'base64');
    const text = gunzipSync(packed);
    const { name, namespace, version, info, chart } = JSON.parse(text.toString('utf8')) as HelmRecord;
    return {
      name,
      namespace,
      status: info?.status ?? 'unknown',
      revision: version,
      chart: chart?.metadata?.name ?? 'unknown',
      chartVersion: chart?.metadata?.version ?? 'unknown',
      appVersion: chart?.metadata?.appVersion ?? null,
    };
  } catch (error) {
    const reason = (error as Error).message;
    throw new Problem('helm-failed', `helm's record cannot be read: ${reason}`, 'Look at it with: helm list -a', {
      cause: error,
    });
  }
}

function revisionOf(labels: Record<string, string> | undefined): number {
  return Number(labels?.['version'] ?? 0);
}
