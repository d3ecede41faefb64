import { setTimeout as delay } from 'node:timers/promises';
import { ApiextensionsV1Api, CustomObjectsApi, type V1CustomResourceDefinition } from '@kubernetes/client-node';
import type { ClusterEnvironment } from '../../environments/load.ts';
import { Problem } from '../../workflows/problem.ts';
import { type Cluster, isAnswer } from '../kubernetes/cluster.ts';
import { ignoringMissing } from '../kubernetes/namespace.ts';
import type { Progress } from '../lifecycle/step.ts';

export const operatorRelease = 'incidentfox-external-secrets';

const group = 'external-secrets.io';
const ownKinds = ['externalsecrets', 'secretstores'];
/** The API server serves a kind a moment after it was told of it (ms). */
const patience = 60_000;
const lookEvery = 200;

/** Whose External Secrets Operator the cluster has, by who brought its kinds. */
export type Whose = 'nobody' | 'ours' | 'others';

export async function whoseOperator(cluster: Cluster): Promise<Whose> {
  const name = `${ownKinds[0]}.${group}`;
  const found = await ignoringMissing(
    cluster.use(ApiextensionsV1Api, (api) => api.readCustomResourceDefinition({ name })),
  ).catch((error: unknown) => {
    // who may not look at definitions finds out below whether the kind is served
    if (error instanceof Problem && error.code === 'cluster-denied') return undefined;
    throw error;
  });
  if (found && isOurs(found, cluster)) return 'ours';
  return found || (await areServed(cluster)) ? 'others' : 'nobody';
}

/** Throws Problem `operator-missing` where the cluster has no operator, and the environment names no chart for one. */
export function requireOperator({ secrets }: ClusterEnvironment, whose: Whose): void {
  if (!secrets || secrets.operator !== null || whose !== 'nobody') return;
  const hint = 'Name its chart under secrets.operator, as environments/aws.yaml does, or install it yourself.';
  throw new Problem('operator-missing', 'The cluster has no External Secrets Operator', hint);
}

/** Waits until objects of the kinds can be made, at most a minute. Throws Problem `operator-missing`. */
export async function awaitKinds(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const end = performance.now() + patience;
  do {
    if (await areServed(cluster)) return;
    // what is served cannot be watched
    await delay(lookEvery, undefined, { signal });
  } while (performance.now() < end);
  const hint = 'See why: kubectl describe crd externalsecrets.external-secrets.io secretstores.external-secrets.io';
  throw new Problem('operator-missing', 'The cluster does not serve the kinds of External Secrets', hint);
}

/**
 * Removes the kinds that our operator brought, but those of which somebody keeps objects, which would go with them: the lab's own are gone
 * by now. helm leaves them all, so that nobody loses those by uninstalling a release.
 */
export async function removeKinds(cluster: Cluster, progress: Progress): Promise<void> {
  for (const { name, isUsed } of await ourKinds(cluster)) {
    if (isUsed) progress.line(`${name} stays: others keep objects of that kind`);
    else {
      const gone = cluster.use(ApiextensionsV1Api, (api) => api.deleteCustomResourceDefinition({ name }));
      await ignoringMissing(gone);
    }
  }
}

/** Those that stay because others use them, as `CustomResourceDefinition/x`. */
export async function keptKinds(cluster: Cluster): Promise<string[]> {
  const found = await ourKinds(cluster);
  return found.filter(({ isUsed }) => isUsed).map(({ name }) => `CustomResourceDefinition/${name}`);
}

async function ourKinds(cluster: Cluster): Promise<{ name: string; isUsed: boolean }[]> {
  const labelSelector = 'app.kubernetes.io/managed-by=Helm';
  const { items } = await cluster.use(ApiextensionsV1Api, (api) => api.listCustomResourceDefinition({ labelSelector }));
  const ours = items.filter((each) => isOurs(each, cluster) && each.metadata?.deletionTimestamp === undefined);
  return await Promise.all(
    ours.map(async ({ metadata, spec }) => {
      const version = spec.versions.find(({ served }) => served)?.name ?? '';
      const request = { group: spec.group, version, plural: spec.names.plural, limit: 1 };
      const found = await ignoringMissing(
        cluster.use(CustomObjectsApi, (api) => api.listClusterCustomObject(request) as Promise<{ items: object[] }>),
      );
      return { name: metadata?.name ?? '', isUsed: (found?.items.length ?? 0) > 0 };
    }),
  );
}

function isOurs({ metadata }: V1CustomResourceDefinition, { namespace }: Cluster): boolean {
  const { 'meta.helm.sh/release-name': name, 'meta.helm.sh/release-namespace': place } = metadata?.annotations ?? {};
  return name === operatorRelease && place === namespace;
}

async function areServed(cluster: Cluster): Promise<boolean> {
  try {
    const { resources } = await cluster.use(CustomObjectsApi, (api) => api.getAPIResources({ group, version: 'v1' }));
    return ownKinds.every((kind) => resources.some(({ name }) => name === kind));
  } catch (error) {
    if (isAnswer(error, 404)) return false;
    throw error;
  }
}
