import {
  ApiException,
  type CoreV1Api,
  type CustomObjectsApi,
  type KubernetesObjectApi,
  PatchStrategy,
  setHeaderOptions,
  type V1Secret,
} from '@kubernetes/client-node';
import {
  apiVersion,
  type Behaviour,
  type Condition,
  dataHash,
  type ExternalSecret,
  kind,
  type SecretStore,
  sha3,
  syncedVersion,
} from './external-secret.ts';
import { valuesOf } from './external-secret-values.ts';

const finalizer = 'externalsecrets.external-secrets.io/externalsecret-cleanup';
const managed = 'reconcile.external-secrets.io/managed';
const hash = 'reconcile.external-secrets.io/data-hash';
/** After a failure it is tried again so soon (ms). */
const again = 300;

export interface Clients {
  objects: CustomObjectsApi;
  any: KubernetesObjectApi;
  core: CoreV1Api;
  read: (id: string, stage: string) => Promise<string>;
}

interface Named {
  namespace: string;
  name: string;
}

/**
 * Looks at one ExternalSecret and does what is to be done. Answers in how many milliseconds it is to be looked at again; null: when
 * something changes.
 */
export async function reconcile(clients: Clients, named: Named, behaviour: Behaviour): Promise<number | null | 'gone'> {
  const object = (await ifThere(clients.objects.getNamespacedCustomObject({ ...kind, ...named }))) as
    ExternalSecret | undefined;
  if (!object) return 'gone';
  const { finalizers = [], deletionTimestamp } = object.metadata;
  if (deletionTimestamp !== undefined) {
    await mark(clients, object, { finalizers: finalizers.filter((each) => each !== finalizer) });
    return null;
  }
  if (!finalizers.includes(finalizer)) await mark(clients, object, { finalizers: [...finalizers, finalizer] });
  const target = { namespace: named.namespace, name: object.spec.target?.name ?? named.name };
  const secret = await ifThere(clients.core.readNamespacedSecret(target));
  const wasReady =
    object.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
  if (behaviour.flapping && wasReady) return await fail(clients, object, 'the connection was reset');
  if (wasReady && !isDue(object) && isValid(secret)) return behaviour.flapping ? again : untilDue(object);
  if (behaviour.failing !== undefined) return await fail(clients, object, behaviour.failing);
  let values: Record<string, string>;
  try {
    await requireStore(clients, object);
    values = await valuesOf(object, clients.read);
  } catch (error) {
    if (error instanceof ApiException) throw error;
    return await fail(clients, object, (error as Error).message);
  }
  await clients.any.patch(secretOf(object, target, values), undefined, undefined, 'external-secrets', true, apply);
  const status = { refreshTime: now(), syncedResourceVersion: syncedVersion(object.metadata) };
  await tell(clients, object, { status: 'True', reason: 'SecretSynced', message: 'secret synced' }, status);
  return behaviour.flapping ? again : interval(object) || null;
}

const apply = PatchStrategy.ServerSideApply;

async function mark({ any }: Clients, { metadata }: ExternalSecret, change: { finalizers: string[] }): Promise<void> {
  const { name = '', namespace = '' } = metadata;
  const patch = { apiVersion, kind: 'ExternalSecret', metadata: { name, namespace, ...change } };
  await ifThere(any.patch(patch, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch));
}

function isDue(object: ExternalSecret): boolean {
  const { refreshTime, syncedResourceVersion = '' } = object.status ?? {};
  const { refreshPolicy = 'Periodic' } = object.spec;
  if (syncedResourceVersion === '' || refreshTime === undefined) return true;
  if (refreshPolicy === 'CreatedOnce') return false;
  if (syncedResourceVersion !== syncedVersion(object.metadata)) return true;
  return refreshPolicy === 'Periodic' && untilDue(object) === 0;
}

/** In milliseconds; null: never. */
function untilDue(object: ExternalSecret): number | null {
  const every = interval(object);
  if (every === 0) return null;
  return Math.max(0, Date.parse(object.status?.refreshTime ?? now()) + every - Date.now());
}

/** In milliseconds, of `1h`, `1h0m0s` or `500ms`. */
function interval({ spec }: ExternalSecret): number {
  const units: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
  const parts = [...(spec.refreshInterval ?? '1h').matchAll(/([\d.]+)(ms|s|m|h)/g)];
  return parts.reduce((total, [, number, unit = '']) => total + Number(number) * (units[unit] ?? 0), 0);
}

function isValid(secret: V1Secret | undefined): boolean {
  const { labels, annotations } = secret?.metadata ?? {};
  return labels?.[managed] === 'true' && annotations?.[hash] === dataHash(secret?.data ?? {});
}

function secretOf({ metadata }: ExternalSecret, target: Named, values: Record<string, string>): V1Secret & object {
  const { name = '', namespace, uid = '' } = metadata;
  const data = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
  const owner = { apiVersion, kind: 'ExternalSecret', name, uid, controller: true, blockOwnerDeletion: true };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      ...target,
      labels: { [managed]: 'true', 'reconcile.external-secrets.io/created-by': sha3(`${namespace}/${name}`) },
      annotations: { [hash]: dataHash(data) },
      ownerReferences: [owner],
    },
    type: 'Opaque',
    data,
  };
}

/** As its store says: AWS, as a service account that names a role. */
async function requireStore(clients: Clients, { metadata, spec }: ExternalSecret): Promise<void> {
  const { namespace = '' } = metadata;
  const name = spec.secretStoreRef?.name ?? '';
  const request = { ...kind, plural: 'secretstores', namespace, name };
  const store = (await ifThere(clients.objects.getNamespacedCustomObject(request))) as SecretStore | undefined;
  if (!store) throw new Error(`could not get SecretStore "${name}", not found`);
  const { service, auth } = store.spec.provider.aws ?? {};
  const account = auth?.jwt?.serviceAccountRef?.name ?? '';
  if (service !== 'SecretsManager') throw new Error(`unknown service: ${service}`);
  const found = await ifThere(clients.core.readNamespacedServiceAccount({ namespace, name: account }));
  const role = found?.metadata?.annotations?.['eks.amazonaws.com/role-arn'];
  if (!role)
    throw new Error(`an IAM role must be associated with service account ${account} (namespace: ${namespace})`);
}

/** Its condition says little, as the operator's; what was the matter is in an event. */
async function fail(clients: Clients, object: ExternalSecret, reason: string): Promise<number> {
  const { name = '', namespace = '', uid = '' } = object.metadata;
  const at = new Date();
  await clients.core.createNamespacedEvent({
    namespace,
    body: {
      metadata: { generateName: `${name}.`, namespace },
      involvedObject: { apiVersion, kind: 'ExternalSecret', name, namespace, uid },
      type: 'Warning',
      reason: 'UpdateFailed',
      message: reason,
      firstTimestamp: at,
      lastTimestamp: at,
      source: { component: 'external-secrets' },
    },
  });
  const message = 'could not get secret data from provider';
  await tell(clients, object, { status: 'False', reason: 'SecretSyncedError', message }, {});
  return again;
}

async function tell(
  { objects }: Clients,
  { metadata, status }: ExternalSecret,
  ready: Pick<Condition, 'status' | 'reason' | 'message'>,
  more: Omit<NonNullable<ExternalSecret['status']>, 'conditions'>,
): Promise<void> {
  const { name = '', namespace = '' } = metadata;
  const before = status?.conditions?.find(({ type }) => type === 'Ready');
  const lastTransitionTime = before?.status === ready.status ? before.lastTransitionTime : now();
  const body = { status: { ...more, conditions: [{ type: 'Ready', ...ready, lastTransitionTime }] } };
  const options = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
  await ifThere(objects.patchNamespacedCustomObjectStatus({ ...kind, namespace, name, body }, options));
}

function now(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}

async function ifThere<T>(answer: Promise<T>): Promise<T | undefined> {
  return await answer.catch((error: unknown) => {
    if (error instanceof ApiException && error.code === 404) return undefined;
    throw error;
  });
}
