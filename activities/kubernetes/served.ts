import { ApisApi, CoreV1Api, CustomObjectsApi, type V1APIResource } from '@kubernetes/client-node';
import { mapParallel } from '../parallel.ts';
import { type Cluster, isAnswer } from './cluster.ts';

export interface Kind {
  apiVersion: string;
  kind: string;
  namespaced: boolean;
}

/**
 * Every kind that can be listed, in the version that its group prefers. A group whose own server is away (an aggregated API) has
 * nothing to list; any other failure is thrown: what was not looked at must not count as not there.
 */
export async function servedKinds(cluster: Cluster): Promise<Kind[]> {
  const { groups } = await cluster.use(ApisApi, (api) => api.getAPIVersions());
  const core = await cluster.use(CoreV1Api, (api) => api.getAPIResources());
  const others = await mapParallel(groups, 8, async ({ name, preferredVersion, versions }) => {
    const version = preferredVersion?.version ?? versions[0]?.version ?? '';
    const { resources } = await cluster
      .use(CustomObjectsApi, (api) => api.getAPIResources({ group: name, version }))
      .catch((error: unknown) => {
        if (isAnswer(error, 503) || isAnswer(error, 404)) return { resources: [] };
        throw error;
      });
    return listable(`${name}/${version}`, resources);
  });
  return [...listable('v1', core.resources), ...others.flat()];
}

function listable(apiVersion: string, resources: readonly V1APIResource[]): Kind[] {
  return resources
    .filter(({ name, verbs }) => !name.includes('/') && verbs.includes('list'))
    .map(({ kind, namespaced }) => ({ apiVersion, kind, namespaced }));
}
