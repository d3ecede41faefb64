import { AppsV1Api, type V1Scale } from '@kubernetes/client-node';
import { nearestNames } from '../../scenarios/nearest.ts';
import { Problem, shown } from '../../workflows/problem.ts';
import { type Cluster, isAnswer } from './cluster.ts';

/** Somebody else (an autoscaler, say) may change it at the same time; so often it is tried. */
const attempts = 10;

export const scalable = ['deployment', 'statefulset'] as const;
export type Scalable = (typeof scalable)[number];

/** What scaling found and left. */
export interface Scaled {
  kind: Scalable;
  name: string;
  namespace: string;
  before: number;
  replicas: number;
}

/**
 * Sets how many replicas a workload is to have, by compare-and-set on its scale subresource. Does not wait for them. Throws
 * Problem `no-such-workload`, with the nearest names.
 */
export async function scale(cluster: Cluster, kind: Scalable, name: string, replicas: number): Promise<Scaled> {
  const { namespace } = cluster;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const found = await cluster.use(AppsV1Api, (api) => read(api, kind, { name, namespace }));
      const before = found.spec?.replicas ?? 0;
      const body = { ...found, spec: { ...found.spec, replicas } };
      if (before !== replicas) await cluster.use(AppsV1Api, (api) => replace(api, kind, { name, namespace, body }));
      return { kind, name, namespace, before, replicas };
    } catch (error) {
      if (isAnswer(error, 404)) throw await unknown(cluster, kind, name);
      if (!isAnswer(error, 409) || attempt === attempts) throw error;
    }
  }
}

interface Named {
  name: string;
  namespace: string;
}

function read(api: AppsV1Api, kind: Scalable, named: Named): Promise<V1Scale> {
  return kind === 'deployment' ? api.readNamespacedDeploymentScale(named) : api.readNamespacedStatefulSetScale(named);
}

function replace(api: AppsV1Api, kind: Scalable, request: Named & { body: V1Scale }): Promise<V1Scale> {
  return kind === 'deployment'
    ? api.replaceNamespacedDeploymentScale(request)
    : api.replaceNamespacedStatefulSetScale(request);
}

async function unknown(cluster: Cluster, kind: Scalable, name: string): Promise<Problem> {
  const { namespace } = cluster;
  const names = await cluster.use(AppsV1Api, async (api) => {
    const { items } =
      kind === 'deployment'
        ? await api.listNamespacedDeployment({ namespace })
        : await api.listNamespacedStatefulSet({ namespace });
    return items.map(({ metadata }) => metadata?.name ?? '');
  });
  const near = nearestNames(
    names.map((each) => ({ name: each, aliases: [] })),
    name,
  );
  const hint = near.length > 0 ? `Did you mean ${near.join(' or ')}?` : 'See what is there with: npm run status';
  return new Problem('no-such-workload', `Namespace ${namespace} has no ${kind} "${shown(name)}"`, hint);
}
