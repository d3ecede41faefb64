import { createHash } from 'node:crypto';
import type { KubernetesObject, V1ObjectMeta } from '@kubernetes/client-node';

export const kind = { group: 'external-secrets.io', version: 'v1', plural: 'externalsecrets' } as const;
export const apiVersion = `${kind.group}/${kind.version}`;

/** How the operator is to behave. */
export interface Behaviour {
  /** so long it waits before it acts (ms) */
  slow?: number;
  /** it can read nothing, and says this of it */
  failing?: string;
  /** what is ready is not, and is again, without end */
  flapping?: boolean;
  /** it does nothing at all */
  dead?: boolean;
}

export interface RemoteRef {
  key: string;
  property?: string;
  version?: string;
}

export interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
  lastTransitionTime: string;
}

/** An ExternalSecret as far as it is looked at here. */
export interface ExternalSecret extends KubernetesObject {
  metadata: V1ObjectMeta;
  spec: {
    refreshInterval?: string;
    refreshPolicy?: 'Periodic' | 'OnChange' | 'CreatedOnce';
    secretStoreRef?: { name: string; kind?: string };
    target?: { name?: string; creationPolicy?: string; deletionPolicy?: string };
    data?: { secretKey: string; remoteRef: RemoteRef }[];
    dataFrom?: { extract?: RemoteRef }[];
  };
  status?: { refreshTime?: string; syncedResourceVersion?: string; conditions?: Condition[] };
}

/** A store as far as it is looked at here. */
export interface SecretStore extends KubernetesObject {
  spec: {
    provider: {
      aws?: { service: string; region: string; auth?: { jwt?: { serviceAccountRef?: { name: string } } } };
    };
  };
}

/** The operator's hash of a Secret's data: of Go's way to print a map of bytes. */
export function dataHash(data: Record<string, string>): string {
  const entries = Object.keys(data)
    .toSorted()
    .map((name) => `${name}:[${[...Buffer.from(data[name] ?? '', 'base64')].join(' ')}]`);
  return sha3(`map[${entries.join(' ')}]`);
}

/** What a change of has it look at Secrets Manager again at once. */
export function syncedVersion({ generation, annotations = {}, labels = {} }: V1ObjectMeta): string {
  const [notes, marks] = [annotations, labels].map((each) => Object.entries(each).toSorted());
  return `${generation}-${sha3(JSON.stringify([notes, marks]))}`;
}

export function sha3(text: string): string {
  return createHash('sha3-224').update(text).digest('hex');
}
