import { ActivityCancellationType, type ActivityOptions } from '@temporalio/workflow';

// A dead worker is noticed by its missing heartbeats; a cancelled activity is waited for, or the rollback could overtake it.
const common = {
  heartbeatTimeout: '1.5s',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
} as const satisfies ActivityOptions;

/** Resolving, recording, injecting, witnessing: tried again while there is hope, then the incident is rolled back. */
export const forwardOptions: ActivityOptions = {
  ...common,
  startToCloseTimeout: '20s',
  scheduleToCloseTimeout: '60s',
  retry: { initialInterval: '100ms', maximumInterval: '2s' },
};

/** Seeing the fault: where the flag daemon has to be replaced, that takes a while. */
export const witnessOptions: ActivityOptions = {
  ...forwardOptions,
  startToCloseTimeout: '2m',
  scheduleToCloseTimeout: '3m',
};

/** Extending: an answer must come while the incident lasts. */
export const extendOptions: ActivityOptions = { ...forwardOptions, scheduleToCloseTimeout: '5s' };

/** Reading the indicator: evidence only, so one attempt. A Prometheus needs its five minutes until it is as before. */
export const observeOptions: ActivityOptions = { ...common, startToCloseTimeout: '7m', retry: { maximumAttempts: 1 } };

/** Withdrawing: without limit, at most 2 s apart, on a task queue of its own. */
export function rollbackOptions(taskQueue: string): ActivityOptions {
  return {
    ...common,
    taskQueue,
    startToCloseTimeout: '3m',
    retry: { initialInterval: '100ms', maximumInterval: '2s', maximumAttempts: Infinity },
  };
}

/**
 * A step of a lab's life cycle: tried again while there is hope. How long it may take in all, it knows itself, and says why
 * where that was not enough; a worker that dies is noticed by its missing heartbeats.
 */
export const lifecycleOptions: ActivityOptions = {
  ...common,
  heartbeatTimeout: '5s',
  startToCloseTimeout: '2h',
  scheduleToCloseTimeout: '2h',
  retry: { initialInterval: '500ms', maximumInterval: '10s' },
};

/** Looking before anything is changed: what cannot be reached now is for the user to mend. */
export const preflightOptions: ActivityOptions = { ...lifecycleOptions, scheduleToCloseTimeout: '2m' };

/** An apply takes as long as a cloud takes; waiting for people, longer. */
export const applyOptions: ActivityOptions = {
  ...lifecycleOptions,
  startToCloseTimeout: '24h',
  scheduleToCloseTimeout: '24h',
};
