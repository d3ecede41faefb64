import { setTimeout as delay } from 'node:timers/promises';
import { type Client, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';

export type HistoryEvent = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];

/** The events of an incident's latest run so far. */
export async function eventsOf(handle: WorkflowHandle): Promise<HistoryEvent[]> {
  return (await handle.fetchHistory()).events ?? [];
}

/** Waits until the history satisfies `condition`, looking as often as the server lets us, and answers it. */
export async function untilHistory(
  handle: WorkflowHandle,
  condition: (events: HistoryEvent[]) => boolean,
  limit = 30_000,
): Promise<HistoryEvent[]> {
  const end = performance.now() + limit;
  for (;;) {
    const events = await eventsOf(handle).catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) throw error;
      return [];
    });
    if (condition(events)) return events;
    if (performance.now() > end) throw new Error(`the history never got there; it has ${events.length} events`);
    await delay(2);
  }
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
