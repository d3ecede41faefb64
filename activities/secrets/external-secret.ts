import {
  CoreV1Api,
  CustomObjectsApi,
  KubernetesObjectApi,
  PatchStrategy,
  setHeaderOptions,
} from '@kubernetes/client-node';
import { Problem } from '../../workflows/problem.ts';
import { type Cluster, isAnswer } from '../kubernetes/cluster.ts';
import { ignoringMissing } from '../kubernetes/namespace.ts';

export const secretsRelease = 'incidentfox-secrets';
const kind = { group: 'external-secrets.io', version: 'v1', plural: 'externalsecrets' };
const versionAnnotation = 'incidentfox.io/version';
/** Owns that annotation and nothing else, so that its entry in the managed fields says since when it has its value. */
const fieldManager = 'incidentfox-secrets';

/** An ExternalSecret of the lab's, as far as it is looked at. */
export interface ExternalSecret {
  metadata: {
    name: string;
    annotations?: Record<string, string>;
    managedFields?: { manager?: string; operation?: string; time?: string | Date }[];
  };
  spec: {
    refreshInterval?: string;
    refreshPolicy?: string;
    target?: { name?: string };
    dataFrom?: { extract?: { key: string } }[];
  };
  status?: {
    refreshTime?: string;
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
  };
}

/** The name of the Kubernetes Secret that it makes. */
export function targetOf({ metadata, spec }: ExternalSecret): string {
  return spec.target?.name ?? metadata.name;
}

/** Where changes of it, and of its Secret, are watched. */
export function pathsOf({ namespace }: Cluster, { metadata: { name } }: ExternalSecret, target: string) {
  const own = `/apis/${kind.group}/${kind.version}/namespaces/${namespace}/${kind.plural}`;
  return [
    { path: own, fieldSelector: `metadata.name=${name}` },
    { path: `/api/v1/namespaces/${namespace}/secrets`, fieldSelector: `metadata.name=${target}` },
  ];
}

/** Those that the lab has made, by key. Throws Problem `operator-missing` where the cluster does not know the kind. */
export async function listExternalSecrets(cluster: Cluster): Promise<ExternalSecret[]> {
  const request = {
    ...kind,
    namespace: cluster.namespace,
    labelSelector: `app.kubernetes.io/instance=${secretsRelease}`,
  };
  try {
    const found = await cluster.use(CustomObjectsApi, (api) => api.listNamespacedCustomObject(request));
    return (found as { items: ExternalSecret[] }).items;
  } catch (error) {
    if (!isAnswer(error, 404)) throw error;
    const hint = 'Install it: name its chart under secrets.operator in the environment file and deploy again.';
    const found = 'The External Secrets Operator is not installed: the cluster does not know its kinds';
    throw new Problem('operator-missing', found, hint, { cause: error });
  }
}

export async function readExternalSecret(cluster: Cluster, name: string): Promise<ExternalSecret> {
  const request = { ...kind, namespace: cluster.namespace, name };
  const found = await ignoringMissing(
    cluster.use(CustomObjectsApi, (api) => api.getNamespacedCustomObject(request) as Promise<ExternalSecret>),
  );
  if (found) return found;
  const message = `Namespace ${cluster.namespace} has no ExternalSecret ${name}`;
  throw new Problem('unknown-secret', message, 'Deploy again: it makes one for each secret.');
}

/** The data of its Secret, as bytes; undefined where there is none. */
export async function readTarget(cluster: Cluster, name: string): Promise<Record<string, Buffer> | undefined> {
  const { namespace } = cluster;
  const found = await ignoringMissing(cluster.use(CoreV1Api, (api) => api.readNamespacedSecret({ name, namespace })));
  if (!found) return undefined;
  return Object.fromEntries(
    Object.entries(found.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]),
  );
}

/** Has the operator read it again, at once: it looks at every change of the annotations. */
export async function forceSync(cluster: Cluster, name: string): Promise<void> {
  const body = { metadata: { annotations: { 'force-sync': new Date().toISOString() } } };
  const request = { ...kind, namespace: cluster.namespace, name, body };
  await cluster.use(CustomObjectsApi, (api) =>
    api.patchNamespacedCustomObject(request, setHeaderOptions('Content-Type', PatchStrategy.MergePatch)),
  );
}

/** Whether it is written down already that its Secret has this version. */
export function isRecorded({ metadata }: ExternalSecret, version: string): boolean {
  return metadata.annotations?.[versionAnnotation] === version;
}

/**
 * Writes down that its Secret is seen to have this version. Answers since when that has been written, by the API server's clock
 * (ms since the epoch): pods that were made later have it.
 */
export async function recordVersion(cluster: Cluster, name: string, version: string): Promise<number> {
  const written = await annotate(cluster, name, version);
  const entry = written.metadata.managedFields?.find(
    ({ manager, operation }) => manager === fieldManager && operation === 'Apply',
  );
  if (entry?.time === undefined) throw new Error(`the API server does not tell when ${name} was written`);
  return new Date(entry.time).getTime();
}

/** Which version its Secret was last seen to have. */
export function recordedVersion({ metadata }: ExternalSecret): string | undefined {
  return metadata.annotations?.[versionAnnotation];
}

/**
 * Before another version becomes the current one: whichever is recorded next is recorded anew, also the one that was. Otherwise a pod
 * that was made in between, of what the Secret held then, would be taken for one of those.
 */
export async function forgetVersion(cluster: Cluster, name: string): Promise<void> {
  await annotate(cluster, name, 'changing');
}

async function annotate(cluster: Cluster, name: string, version: string): Promise<ExternalSecret> {
  const body = {
    apiVersion: `${kind.group}/${kind.version}`,
    kind: 'ExternalSecret',
    metadata: { name, namespace: cluster.namespace, annotations: { [versionAnnotation]: version } },
  };
  return (await cluster.use(KubernetesObjectApi, (api) =>
    api.patch(body, undefined, undefined, fieldManager, true, PatchStrategy.ServerSideApply),
  )) as unknown as ExternalSecret;
}
