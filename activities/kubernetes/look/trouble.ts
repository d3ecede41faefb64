import { CoreV1Api } from '@kubernetes/client-node';
import type { Cluster } from '../cluster.ts';

const longest = 300;

/**
 * What was the matter with an ExternalSecret, in the operator's own words: its condition only says that something was. Null where no
 * event tells, or may be looked at.
 */
export async function troubleOf(cluster: Cluster, name: string): Promise<string | null> {
  const { namespace } = cluster;
  const fieldSelector = `involvedObject.kind=ExternalSecret,involvedObject.name=${name},type=Warning`;
  const { items } = await cluster
    .use(CoreV1Api, (api) => api.listNamespacedEvent({ namespace, fieldSelector }))
    .catch(() => ({ items: [] }));
  const times = items.map(({ message, lastTimestamp, eventTime, metadata }) => ({
    message: message ?? '',
    at: new Date(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? 0).getTime(),
  }));
  const last = times.toSorted((a, b) => a.at - b.at).at(-1);
  if (!last) return null;
  // what a parser says of a value may quote a part of it
  return last.message.replace(/(unmarshal secret [^\s:]+):.*/s, '$1').slice(0, longest) || null;
}
