import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import { type IncidentState, messages } from './contract.ts';
import { parseDuration } from './duration.ts';
import { refusing } from './failures.ts';

export const stop = defineSignal<[unknown?]>(messages.stop);
export const extend = defineUpdate<{ deadline: string }, [unknown]>(messages.extend);
export const state = defineQuery<IncidentState>(messages.state);

/** The reason in Signal `stop`: a string or {"reason": …}. Anything else is no reason, and no reason not to stop. */
export function reasonIn(request: unknown): string | null {
  const reason = field(request, 'reason');
  return typeof reason === 'string' ? reason.slice(0, 500) : null;
}

/** Milliseconds in Update `extend`: a duration or {"by": duration}. Throws a failure that rejects the Update. */
export function extensionIn(request: unknown): number {
  return refusing(() => parseDuration(field(request, 'by')));
}

function field(request: unknown, name: string): unknown {
  return typeof request === 'object' && request !== null ? (request as Record<string, unknown>)[name] : request;
}
