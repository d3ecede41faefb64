import { numbered } from '../../support/matrix.ts';
import type { HistoryEvent } from './history.ts';

const before: Record<string, string[]> = {
  record: ['UpsertWorkflowSearchAttributes 1'],
  withdraw: ['TimerStarted 1', 'TimerFired 1', ...workflowTask('timer')],
};
const activities = ['resolve', 'record', 'inject', 'witness', 'withdraw', 'verify', 'close'];

/**
 * The events of an undisturbed incident, by name and in order, up to its end, after which nothing can be killed. An event of an activity
 * is named after the activity, one of a workflow task after what it follows, so that a name survives a change of the workflow.
 */
export const incidentEvents = [
  'WorkflowExecutionStarted 1',
  ...workflowTask('start'),
  ...activities.flatMap((name) => [
    ...(before[name] ?? []),
    ...['Scheduled', 'Started', 'Completed'].map((what) => `ActivityTask${what} ${name} 1`),
    ...workflowTask(name),
  ]),
];

function workflowTask(after: string): string[] {
  return ['Scheduled', 'Started', 'Completed'].map((what) => `WorkflowTask${what} after ${after} 1`);
}

/** The names of a history's events: type, activity or what came before, and which of that name it is. */
export function namesOf(history: HistoryEvent[]): string[] {
  const activityOf = new Map<string, string>();
  let last = 'start';
  const names = history.map((event) => {
    const [key = '', attributes] =
      Object.entries(event).find(([name, it]) => name.endsWith('EventAttributes') && it) ?? [];
    const type = key.replace('EventAttributes', '').replace(/^./, (letter) => letter.toUpperCase());
    const { activityType, scheduledEventId } = attributes as {
      activityType?: { name: string };
      scheduledEventId?: object;
    };
    if (activityType) activityOf.set(String(event.eventId), activityType.name);
    const activity = type.startsWith('ActivityTask')
      ? activityOf.get(String(activityType ? event.eventId : scheduledEventId))
      : undefined;
    if (activity) last = activity;
    if (type === 'TimerFired') last = 'timer';
    return [type, activity ?? (type.startsWith('WorkflowTask') ? `after ${last}` : '')].filter(Boolean).join(' ');
  });
  return numbered(names);
}
