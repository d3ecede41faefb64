import type { CoreV1Event, V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { isReady } from '../../flags/configmap/pods.ts';

/** Why a workload's pods are not ready: of the pod that is farthest from it, with the newest event; null where none tells. */
export function reasonOf(
  pods: readonly V1Pod[],
  owner: string | undefined,
  events: readonly CoreV1Event[],
): string | null {
  const pod = pods.find((each) => !isReady(each));
  const why = pod ? podReason(pod) : null;
  const about = new Set([pod?.metadata?.uid, owner]);
  const last = events
    .filter(({ involvedObject }) => about.has(involvedObject.uid))
    .toSorted(byTime)
    .at(-1);
  const event = last?.message && !why?.includes(last.message) ? `${last.reason ?? 'event'}: ${last.message}` : null;
  return [why, event].filter((part) => part !== null).join('; ') || null;
}

function podReason({ metadata, status }: V1Pod): string {
  if (metadata?.deletionTimestamp !== undefined) return 'ending';
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const waiting = containers.find(({ state }) => state?.waiting?.reason && !harmless.has(state.waiting.reason));
  if (waiting) return waitingReason(waiting);
  const unscheduled = status?.conditions?.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
  if (unscheduled) return `pending: ${unscheduled.message ?? unscheduled.reason ?? 'not scheduled'}`;
  if (status?.phase === 'Running') {
    const unready = containers.filter(({ ready }) => !ready).map(({ name }) => name);
    return unready.length > 0 ? `running, not ready: ${unready.join(', ')}` : 'running, not ready';
  }
  return (status?.phase ?? 'pending').toLowerCase();
}

/** What every pod goes through. */
const harmless = new Set(['ContainerCreating', 'PodInitializing']);

function waitingReason({ name, state, lastState, restartCount }: V1ContainerStatus): string {
  const { reason = '', message } = state?.waiting ?? {};
  const exit = lastState?.terminated?.exitCode;
  if (reason === 'CrashLoopBackOff') {
    return `crash loop: ${name} restarted ${restartCount} times${exit === undefined ? '' : `, last with exit code ${exit}`}`;
  }
  const what = /^(ErrImage|ImagePull|InvalidImage)/.test(reason) ? 'image pull' : reason;
  return `${what}: ${name}${message ? `, ${message}` : ''}`;
}

function byTime(a: CoreV1Event, b: CoreV1Event): number {
  return timeOf(a) - timeOf(b);
}

function timeOf({ lastTimestamp, eventTime, metadata }: CoreV1Event): number {
  return new Date(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? 0).getTime();
}
