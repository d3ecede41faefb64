import { ApplicationFailure, Context } from '@temporalio/activity';
import type { ServerClock } from './clock.ts';
import { givenOut } from './given-out.ts';
import { Problem } from '../workflows/problem.ts';

const heartbeatEvery = 400;

/**
 * Runs an activity's work with heartbeats (so that a dead worker is noticed within 1.5 s) and turns what it throws into an
 * ApplicationFailure whose type is the Problem's code. On the forward path a Problem is final; on the rollback path
 * nothing is.
 */
export async function asActivity<T>(
  clock: ServerClock,
  path: 'forward' | 'rollback',
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  const { cancellationSignal, info } = context;
  const beat = setInterval(() => context.heartbeat(), heartbeatEvery);
  try {
    await clock.hear(info.currentAttemptScheduledTimestampMs, () => givenOut(context));
    return await work(cancellationSignal);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // On a mismatch another worker on this task queue may be the right one.
    const nonRetryable = path === 'forward' && error.code !== 'lab-mismatch';
    const failure = ApplicationFailure.create({ ...error.failure, nonRetryable });
    // It is for a person: a stack trace would show our files and help nobody.
    failure.stack = '';
    throw failure;
  } finally {
    clearInterval(beat);
  }
}
