import type { ClusterEnvironment } from '../../environments/load.ts';
import { parseDuration } from '../../workflows/duration.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { ensureRelease } from '../kubernetes/ensure-release.ts';
import type { Helm } from '../kubernetes/helm.ts';
import { awaitReady } from '../kubernetes/ready.ts';
import type { Progress } from '../lifecycle/step.ts';
import { awaitKinds, operatorRelease, requireOperator, whoseOperator } from './kinds.ts';

/**
 * Installs the operator where the cluster has none, and waits until it is ready; it sees the lab's namespace only. One of somebody
 * else's is used as it is. Throws Problem `operator-missing` where the environment names no chart for it.
 */
export async function ensureOperator(
  cluster: Cluster,
  helm: Helm,
  environment: ClusterEnvironment,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const whose = await whoseOperator(cluster);
  requireOperator(environment, whose);
  if (whose === 'others') return progress.show({ detail: 'the External Secrets Operator of this cluster is used' });
  const chart = environment.secrets?.operator;
  if (!chart) return;
  const spec = { name: operatorRelease, ...chart, values: [], inline: valuesFor(cluster.namespace) };
  await ensureRelease(cluster, helm, spec, environment.name, progress, signal);
  await awaitKinds(cluster, signal);
  const until = Date.now() + parseDuration(environment.demo.readyWithin);
  await awaitReady(cluster, [operatorRelease], until, progress, signal);
}

/** No more than the lab needs: one namespace, its two kinds, no webhook, whose only work would be to check what this project writes. */
function valuesFor(namespace: string): object {
  return {
    scopedNamespace: namespace,
    scopedRBAC: true,
    processClusterStore: false,
    processClusterExternalSecret: false,
    processClusterGenerator: false,
    processClusterPushSecret: false,
    processPushSecret: false,
    crds: {
      createClusterExternalSecret: false,
      createClusterSecretStore: false,
      createClusterGenerator: false,
      createClusterPushSecret: false,
      createPushSecret: false,
      // with a kind go all objects of it, whoever made them: helm is not to do that
      annotations: { 'helm.sh/resource-policy': 'keep' },
    },
    webhook: { create: false },
    certController: { create: false },
    rbac: {
      servicebindings: { create: false },
      aggregateToView: false,
      aggregateToEdit: false,
      aggregateToAdmin: false,
    },
  };
}
