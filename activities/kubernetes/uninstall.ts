import type { Progress } from '../lifecycle/step.ts';
import type { Cluster } from './cluster.ts';
import type { Helm } from './helm.ts';
import { markUninstall } from './helm-owner.ts';
import { whenIdle } from './idle.ts';

/** Uninstalls a release, whatever state an earlier helm has left it in, once none is at work on it. */
export async function uninstall(
  cluster: Cluster,
  helm: Helm,
  name: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const revision = await whenIdle(cluster, name, progress, signal);
  if (!revision) return;
  const token = await markUninstall(cluster, revision);
  await helm.uninstall(revision, token, signal, (line) => progress.line(line));
}
