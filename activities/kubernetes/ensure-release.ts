import type { Cluster } from './cluster.ts';
import type { Helm, ReleaseSpec } from './helm.ts';
import { install } from './install.ts';
import { newestRevision } from './look/release.ts';
import { requireOurs } from './preflight/preflight.ts';
import { planRelease } from './release-plan.ts';
import type { Progress } from '../lifecycle/step.ts';

/** Installs or upgrades a release where it is not as its chart says. Answers whether anything was to be done. */
export async function ensureRelease(
  cluster: Cluster,
  helm: Helm,
  spec: ReleaseSpec,
  environment: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<boolean> {
  const [revision, rendered] = await Promise.all([newestRevision(cluster, spec.name), helm.render(spec, signal)]);
  requireOurs(spec.name, revision);
  const { change, reason } = await planRelease(cluster, '', rendered, revision);
  if (change === 'none') return false;
  progress.line(`${spec.name}: ${change}, ${reason}`);
  await install(cluster, helm, spec, environment, progress, signal);
  return true;
}
