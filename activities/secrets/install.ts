import type { ClusterEnvironment } from '../../environments/load.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { ensureRelease } from '../kubernetes/ensure-release.ts';
import type { Helm } from '../kubernetes/helm.ts';
import type { Progress } from '../lifecycle/step.ts';
import { secretsRelease } from './external-secret.ts';
import { ensureOperator } from './operator.ts';
import { secretSourceOf } from './source.ts';

/** The operator, and what tells it which secrets to bring. Answers their keys. */
export async function installSecrets(
  cluster: Cluster,
  helm: Helm,
  environment: ClusterEnvironment,
  progress: Progress,
  signal: AbortSignal,
): Promise<string[]> {
  const inline = await secretSourceOf(environment);
  await ensureOperator(cluster, helm, environment, progress, signal);
  const spec = { name: secretsRelease, chart: 'helm/secrets', repository: null, version: null, values: [], inline };
  await ensureRelease(cluster, helm, spec, environment.name, progress, signal);
  return Object.keys(inline.secrets);
}
