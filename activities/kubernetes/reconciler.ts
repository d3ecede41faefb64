import type { ClusterEnvironment } from '../../environments/load.ts';
import type { Progress } from '../lifecycle/step.ts';
import type { Cluster } from './cluster.ts';
import { ensureRelease } from './ensure-release.ts';
import type { Helm } from './helm.ts';
import { reconcilerRelease } from './release-plan.ts';

/** Installs the reconciler's chart where the environment names an image for it. Answers whether anything was to be done. */
export async function installReconciler(
  cluster: Cluster,
  helm: Helm,
  environment: ClusterEnvironment,
  progress: Progress,
  signal: AbortSignal,
): Promise<boolean> {
  const { image } = environment.reconciler;
  if (image === null) return false;
  const [name, chart, inline] = [
    reconcilerRelease,
    'helm/incidentfox/charts/reconciler',
    { global: { image, environment } },
  ];
  const spec = { name, chart, inline, repository: null, version: null, values: [] };
  return await ensureRelease(cluster, helm, spec, environment.name, progress, signal);
}
