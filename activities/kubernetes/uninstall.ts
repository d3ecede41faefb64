import type { Progress } from '../lifecycle/step.ts';
import type { Cluster } from './cluster.ts';
import type { Helm } from './helm.ts';
import { newestRevision } from './look/release.ts';
import { settle } from './settle.ts';

/** Uninstalls a release, once no other helm is at work on it. Answers it, or nothing where it is gone already. */
export async function uninstall(
  cluster: Cluster,
  helm: Helm,
  name: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<string[]> {
  if (!(await newestRevision(cluster, name))) return [];
  await settle(cluster, helm, name, progress, signal);
  const revision = await newestRevision(cluster, name);
  if (revision) await helm.uninstall(revision, signal, (line) => progress.line(line));
  return [`release ${name}`];
}
