import { ApplicationFailure } from '@temporalio/workflow';
import { Problem } from './problem.ts';

const refusals = new Set<unknown>(['flag-taken', 'halted', 'record-closed', 'lab-mismatch']);

/** The innermost failure: Temporal wraps what an activity threw. */
export function innermost(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? innermost(error.cause) : error;
}

export function messageOf(error: unknown): string {
  const inner = innermost(error);
  return inner instanceof Error ? inner.message : String(inner);
}

/** Whether the store refused the fault: the flag is taken, the lever is pulled, the record is over. */
export function isRefusal(error: unknown): boolean {
  const inner = innermost(error);
  return inner instanceof ApplicationFailure && refusals.has(inner.type);
}

/** A Problem as a failure that is never retried. */
export function permanent(problem: Problem): ApplicationFailure {
  return ApplicationFailure.create({ ...problem.failure, nonRetryable: true });
}

/** The code of the Problem with which an activity failed; undefined for anything else. */
export function typeOf(error: unknown): string | undefined {
  const inner = innermost(error);
  return inner instanceof ApplicationFailure ? (inner.type ?? undefined) : undefined;
}

/** What `work` answers; a Problem that it throws becomes a failure that is never retried. */
export function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof Problem ? permanent(error) : error;
  }
}
