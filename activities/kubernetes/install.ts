import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '../../workflows/problem.ts';
import type { Progress } from '../lifecycle/step.ts';
import type { Cluster } from './cluster.ts';
import type { Helm, ReleaseSpec } from './helm.ts';
import { helmLabels } from './helm-owner.ts';
import { newestRevision } from './look/release.ts';
import { settle } from './settle.ts';

/**
 * Installs or upgrades a release for an environment. A helm that was started by an attempt before, and had not yet written that
 * it is at work, may come in between: then it is waited for.
 */
export async function install(
  cluster: Cluster,
  helm: Helm,
  spec: ReleaseSpec,
  environment: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await settle(cluster, helm, spec.name, progress, signal);
    const next = ((await newestRevision(cluster, spec.name))?.release.revision ?? 0) + 1;
    try {
      return await helm.upgrade(spec, helmLabels(environment, next), signal, (line) => progress.line(line));
    } catch (error) {
      const isTaken = /another operation|cannot re-?use a name/i;
      if (!(error instanceof Problem) || !isTaken.test(error.message)) throw error;
      await delay(1_000, undefined, { signal });
    }
  }
}
