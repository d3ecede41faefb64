import { Cluster } from '../../activities/kubernetes/cluster.ts';
import { findConsumers } from '../../activities/secrets/consumers.ts';
import { listExternalSecrets, targetOf } from '../../activities/secrets/external-secret.ts';
import { type Environment, isCluster } from '../../environments/load.ts';

/**
 * Names of the workloads that take these secrets, of all where none is named: what a rotation restarts. None where there is no cluster.
 * Throws Problems `cluster-unreachable`, `operator-missing`.
 */
export async function consumersOf(environment: Environment, keys: string[]): Promise<string[]> {
  if (!isCluster(environment)) return [];
  const cluster = new Cluster(environment.cluster);
  const secrets = await listExternalSecrets(cluster);
  const chosen = secrets.filter(({ metadata: { name } }) => keys.length === 0 || keys.includes(name));
  const found = await Promise.all(chosen.map((secret) => findConsumers(cluster, targetOf(secret))));
  return [...new Set(found.flat().map(({ name }) => name))].toSorted();
}
