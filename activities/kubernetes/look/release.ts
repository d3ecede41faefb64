import { gunzipSync } from 'node:zlib';
import { CoreV1Api, type V1Secret } from '@kubernetes/client-node';
import { Problem } from '../../../workflows/problem.ts';
import type { Cluster } from '../cluster.ts';

/** A helm release at its newest revision. */
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

/** The Secret in which helm keeps a revision, read. */
export interface Revision {
  release: Release;
  /** those that `--labels` gave it */
  labels: Record<string, string>;
  /** when its operation began (ms since the epoch, by the clock of helm's machine) */
  begun: number;
  /** the rendered objects, as YAML */
  manifest: string;
  secret: { name: string; resourceVersion: string };
}

/** The part of helm's record that we read: `pkg/release` of helm 3 and 4. */
interface HelmRecord {
  name: string;
  namespace: string;
  version: number;
  info?: { status?: string; last_deployed?: string; deleted?: string };
  chart?: { metadata?: { name?: string; version?: string; appVersion?: string } };
  manifest?: string;
}

export async function findRelease(cluster: Cluster, name: string): Promise<Release | null> {
  return (await newestRevision(cluster, name))?.release ?? null;
}

/** The newest revision of a release, read from `sh.helm.release.v1.<name>.v<n>`; null where there is none. Starts no helm. */
export async function newestRevision(cluster: Cluster, name: string): Promise<Revision | null> {
  const { namespace } = cluster;
  const labelSelector = `owner=helm,name=${name}`;
  const { items } = await cluster.use(CoreV1Api, (api) => api.listNamespacedSecret({ namespace, labelSelector }));
  const [newest] = items.toSorted((a, b) => revisionOf(b) - revisionOf(a));
  return newest?.data?.['release'] === undefined ? null : readRevision(newest);
}

/** Reads `data.release` of the Secret: base64 of the API, base64 of helm, gzip, JSON. Throws Problem `helm-failed`. */
export function readRevision({ metadata, data }: V1Secret): Revision {
  try {
    const packed = Buffer.from(Buffer.from(data?.['release'] ?? '', 'base64').toString('latin1'), 'base64');
    const record = JSON.parse(gunzipSync(packed).toString('utf8')) as HelmRecord;
    const { name, namespace, version, info = {}, chart, manifest = '' } = record;
    return {
      release: {
        name,
        namespace,
        status: info.status ?? 'unknown',
        revision: version,
        chart: chart?.metadata?.name ?? 'unknown',
        chartVersion: chart?.metadata?.version ?? 'unknown',
        appVersion: chart?.metadata?.appVersion ?? null,
      },
      labels: metadata?.labels ?? {},
      begun: Date.parse((info.status === 'uninstalling' && info.deleted) || (info.last_deployed ?? '')),
      manifest,
      secret: { name: metadata?.name ?? '', resourceVersion: metadata?.resourceVersion ?? '' },
    };
  } catch (error) {
    const reason = (error as Error).message;
    throw new Problem('helm-failed', `helm's record cannot be read: ${reason}`, 'Look at it with: helm list -a', {
      cause: error,
    });
  }
}

function revisionOf({ metadata }: V1Secret): number {
  return Number(metadata?.labels?.['version'] ?? 0);
}
