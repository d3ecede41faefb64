import { isDeepStrictEqual } from 'node:util';
import { KubernetesObjectApi, type KubernetesObject, loadYaml, PatchStrategy } from '@kubernetes/client-node';
import { mapParallel } from '../parallel.ts';
import { type Cluster, isAnswer } from './cluster.ts';
import type { Rendered } from './helm.ts';

/** How many objects are asked for at once. */
const width = 8;
const fieldManager = 'incidentfox-drift';

/**
 * Which of the objects are missing, or are not as rendered: `Deployment/cart`. Asked of the API server itself, by a dry run of
 * a server-side apply, so that defaults and other ways to write a value count as equal. Fields that others have set and the chart
 * does not mention are theirs.
 */
export async function findDrift(cluster: Cluster, rendered: readonly Rendered[]): Promise<string[]> {
  // one client for all, as it asks once for each kind where that is served
  const drifted = await cluster.use(KubernetesObjectApi, (api) =>
    mapParallel(rendered, width, async (object) => {
      const wanted = { ...object, metadata: { namespace: cluster.namespace, ...object.metadata } };
      return (await isAsRendered(api, wanted)) ? undefined : nameOf(object);
    }),
  );
  return drifted.filter((name) => name !== undefined);
}

async function isAsRendered(api: KubernetesObjectApi, wanted: Rendered): Promise<boolean> {
  try {
    const { apiVersion, kind, metadata } = wanted;
    const live = await api.read({ apiVersion, kind, metadata: { ...metadata, namespace: metadata.namespace ?? '' } });
    const strategy = PatchStrategy.ServerSideApply;
    // as the client's own model, which has other names for fields such as `default` and `enum`, and would lose them
    const typed = loadYaml<KubernetesObject>(JSON.stringify(wanted));
    const applied = await api.patch(typed, undefined, 'All', fieldManager, true, strategy);
    return isDeepStrictEqual(essence(live), essence(applied));
  } catch (error) {
    if (isAnswer(error, 404)) return false;
    throw error;
  }
}

/** Without what says who wrote it and when, and how it fares meanwhile. */
function essence(object: KubernetesObject): object {
  const {
    managedFields: _managers,
    resourceVersion: _version,
    generation: _generation,
    ...metadata
  } = (object.metadata as Record<string, unknown> | undefined) ?? {};
  return { ...object, metadata, status: null };
}

export function nameOf({ kind, metadata }: Pick<Rendered, 'kind' | 'metadata'>): string {
  return `${kind}/${metadata.name}`;
}
