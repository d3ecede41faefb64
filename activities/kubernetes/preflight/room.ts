import { CoreV1Api, type V1Node, type V1PodSpec } from '@kubernetes/client-node';
import type { Cluster } from '../cluster.ts';
import type { Rendered } from '../helm.ts';

const gibibyte = 1_024 ** 3;
const suffixes: Record<string, number> = {
  ...Object.fromEntries(['Ki', 'Mi', 'Gi', 'Ti', 'Pi'].map((suffix, index) => [suffix, 1_024 ** (index + 1)])),
  ...Object.fromEntries(['k', 'M', 'G', 'T', 'P'].map((suffix, index) => [suffix, 1_000 ** (index + 1)])),
  m: 0.001,
};

/** Says why a chart's pods cannot all be scheduled, or null where there is room: nodes that take pods, and their memory. */
export async function missingRoom(cluster: Cluster, rendered: readonly Rendered[]): Promise<string | null> {
  const [{ items: nodes }, { items: pods }] = await Promise.all([
    cluster.use(CoreV1Api, (api) => api.listNode()),
    cluster.use(CoreV1Api, (api) => api.listPodForAllNamespaces()),
  ]);
  const open = nodes.filter(takesPods);
  if (open.length === 0) return `none of the cluster's ${nodes.length} nodes takes pods`;
  const names = new Set(open.map(({ metadata }) => metadata?.name));
  const taken = pods
    .filter(({ spec, status }) => names.has(spec?.nodeName) && !isOver.has(status?.phase ?? ''))
    .map(({ spec }) => memoryOf(spec));
  const free = sum(open.map(({ status }) => bytes(status?.allocatable?.['memory']))) - sum(taken);
  const wanted = sum(rendered.map((object) => memoryOf(podOf(object)) * replicasOf(object, open.length)));
  if (wanted <= free) return null;
  return `the demo asks for ${shownSize(wanted)} of memory, the nodes have ${shownSize(free)} free`;
}

const isOver = new Set(['Succeeded', 'Failed']);

function takesPods({ spec, status }: V1Node): boolean {
  const closed = spec?.unschedulable === true || spec?.taints?.some(({ effect }) => effect !== 'PreferNoSchedule');
  return !closed && status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
}

/** What the scheduler counts: the request, which is the limit where only that is given. */
function memoryOf(spec: V1PodSpec | undefined): number {
  return sum(
    (spec?.containers ?? []).map(({ resources }) =>
      bytes(resources?.requests?.['memory'] ?? resources?.limits?.['memory']),
    ),
  );
}

function podOf({ spec }: Rendered): V1PodSpec | undefined {
  return (spec as { template?: { spec?: V1PodSpec } } | undefined)?.template?.spec;
}

function replicasOf({ kind, spec }: Rendered, nodes: number): number {
  if (kind === 'DaemonSet') return nodes;
  return (spec as { replicas?: number } | undefined)?.replicas ?? 1;
}

/** A quantity of memory as Kubernetes writes it: a number, perhaps with a suffix. */
function bytes(quantity: string | undefined): number {
  const [, number = '0', suffix = ''] = /^([\d.]+)([A-Za-z]*)$/.exec(quantity ?? '') ?? [];
  return Number(number) * (suffixes[suffix] ?? 1);
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function shownSize(size: number): string {
  return `${(size / gibibyte).toFixed(1)} GiB`;
}
