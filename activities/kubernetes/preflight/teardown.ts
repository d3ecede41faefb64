import { Problem } from '../../../workflows/problem.ts';
import type { TeardownPlan } from '../../../workflows/lifecycle-contract.ts';
import type { Cluster } from '../cluster.ts';
import type { Helm } from '../helm.ts';
import { newestRevision } from '../look/release.ts';
import { whoseOperator } from '../../secrets/kinds.ts';
import { isOwnNamespace } from '../namespace.ts';
import { claimsOf } from '../volumes.ts';
import { requireOurs } from './preflight.ts';
import { missingRights, type Right, rights } from './rights.ts';

/** What of the lab is there. Throws Problems `not-ours`, and `preflight-failed` where the account may not remove it. */
export async function preflightTeardown(cluster: Cluster, helm: Helm, releases: string[]): Promise<TeardownPlan> {
  const { namespace } = cluster;
  await helm.version();
  const present: string[] = [];
  for (const name of releases) {
    const revision = await newestRevision(cluster, name);
    requireOurs(name, revision);
    if (revision) present.push(`release ${name}`);
  }
  const isOwn = await isOwnNamespace(cluster);
  // a demo that others brought by other means than helm has neither
  if (present.length === 0 && !isOwn) return { namespace, ours: false, present };
  const whose = await whoseOperator(cluster);
  const denied = await missingRights(cluster, [
    ...rightsToRemove(namespace),
    ...(isOwn ? rights('', 'namespaces', ['delete'], null) : []),
    // what the operator looked after, should it be gone, and the kinds that it brought
    ...(whose === 'nobody' ? [] : rights('external-secrets.io', 'externalsecrets', ['watch', 'patch'], namespace)),
    ...(whose === 'ours' ? rights('apiextensions.k8s.io', 'customresourcedefinitions', ['delete'], null) : []),
  ]);
  if (denied.length > 0) {
    const found = `Nothing was changed: your account may not ${denied.join(', ')}`;
    throw new Problem('preflight-failed', found, 'docs/kubernetes.md has what is needed.');
  }
  const claims = await claimsOf(cluster, releases);
  return { namespace, ours: true, present: [...present, ...claims, ...(isOwn ? [`Namespace/${namespace}`] : [])] };
}

/** For its own work and its proof; what helm removes, it may remove as it made it. */
function rightsToRemove(namespace: string): Right[] {
  return [
    ...rights('', 'secrets', ['list', 'get', 'update', 'delete'], namespace),
    ...rights('', 'configmaps', ['get', 'update'], namespace),
    ...rights('', 'persistentvolumeclaims', ['list', 'delete'], namespace),
    ...rights('coordination.k8s.io', 'leases', ['delete'], namespace),
    ...rights('*', '*', ['list'], null),
  ];
}
