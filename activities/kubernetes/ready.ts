import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '../../workflows/problem.ts';
import type { Waiting } from '../../workflows/lifecycle-contract.ts';
import type { Progress } from '../lifecycle/step.ts';
import type { Cluster } from './cluster.ts';
import { findWorkloads } from './look/workloads.ts';

const lookEvery = 500;

/**
 * Waits until every workload of the releases is ready, telling how many are and why others are not. Throws Problem `not-ready` with
 * those reasons at `until` (ms since the epoch), also where the cluster did not answer for all that time.
 */
export async function awaitReady(
  cluster: Cluster,
  releases: string[],
  until: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<{ ready: number; of: number }> {
  let waiting: Waiting[] = [];
  for (;;) {
    try {
      const workloads = (await findWorkloads(cluster)).filter((each) => releases.includes(each.release ?? ''));
      const ready = workloads.filter(({ isReady }) => isReady).length;
      waiting = workloads
        .filter(({ isReady }) => !isReady)
        .map(({ kind, name, reason }) => ({ name: `${kind} ${name}`, reason }));
      const counts = { ready, of: workloads.length };
      progress.show({ workloads: { ...counts, waiting }, detail: null });
      if (waiting.length === 0 && workloads.length > 0) return counts;
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'cluster-unreachable') throw error;
      progress.show({ detail: error.message });
      waiting = [{ name: 'the cluster', reason: error.message }];
    }
    if (Date.now() > until) throw notReady(waiting);
    await delay(lookEvery, undefined, { signal });
  }
}

function notReady(waiting: Waiting[]): Problem {
  const reasons = waiting.slice(0, 5).map(({ name, reason }) => `${name} (${reason ?? 'nothing tells why'})`);
  const more = waiting.length > 5 ? ` and ${waiting.length - 5} more` : '';
  const found = waiting.length === 0 ? 'the release has no workloads' : `${reasons.join(', ')}${more}`;
  return new Problem(
    'not-ready',
    `Not ready in time: ${found}`,
    'Look closer with npm run status; demo.readyWithin in the environment file is how long it may take. Deploy again to go on.',
  );
}
