import { setTimeout as delay } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { namesOf } from './events.ts';

const notFound = 5; // grpc.status.NOT_FOUND

export type HistoryEvent = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];

/** The events of an incident's latest run so far. */
export async function eventsOf(handle: WorkflowHandle): Promise<HistoryEvent[]> {
  return (await handle.fetchHistory()).events ?? [];
}

/**
 * Waits until the history satisfies `condition`, hearing of each event as it is written, and answers the history. A server that is
 * killed meanwhile is asked again. Throws, with the events that there are, after `limit` ms.
 */
export async function untilHistory(
  client: Client,
  { workflowId }: WorkflowHandle,
  condition: (events: HistoryEvent[]) => boolean,
  limit = 120_000,
): Promise<HistoryEvent[]> {
  const request = { namespace: client.options.namespace, execution: { workflowId }, waitNewEvent: true };
  const end = Date.now() + limit;
  let events: HistoryEvent[] = [];
  let nextPageToken: Uint8Array | undefined;
  while (Date.now() < end) {
    try {
      const page = await client.withDeadline(Math.min(end, Date.now() + 10_000), () =>
        client.workflowService.getWorkflowExecutionHistory({ ...request, ...(nextPageToken ? { nextPageToken } : {}) }),
      );
      events.push(...(page.history?.events ?? []));
      if (condition(events)) return events;
      nextPageToken = page.nextPageToken ?? undefined;
      // over: it will not get there any more
      if (!nextPageToken?.length) break;
    } catch (error) {
      if ((error as { code?: number }).code === notFound) throw error;
      [events, nextPageToken] = [[], undefined];
      await delay(50);
    }
  }
  throw new Error(`the history never got there; it has: ${namesOf(events).join(', ')}`);
}

/** Whether the activity was scheduled. */
export function scheduled(activity: string): (events: HistoryEvent[]) => boolean {
  return (events) => events.some(({ activityTaskScheduledEventAttributes: it }) => it?.activityType?.name === activity);
}

/** Whether the incident holds its fault: the timer of its deadline runs. */
export function holding(events: HistoryEvent[]): boolean {
  return events.some(({ timerStartedEventAttributes }) => timerStartedEventAttributes);
}

/** Resets the incident to the end of one of its workflow tasks, the first or the last that is complete. */
export async function reset(client: Client, handle: WorkflowHandle, to: 'first' | 'last'): Promise<void> {
  const completed = (await eventsOf(handle)).filter(({ workflowTaskCompletedEventAttributes: it }) => it);
  const event = to === 'first' ? completed[0] : completed.at(-1);
  const { runId } = await handle.describe();
  await client.workflowService.resetWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId: handle.workflowId, runId },
    workflowTaskFinishEventId: event?.eventId ?? null,
    requestId: `${runId}-${to}-${Date.now()}`,
    reason: 'test',
  });
}
