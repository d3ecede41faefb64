import type { Logger } from 'pino';
import { keepReconciled } from '../../activities/flags/keep.ts';
import { openTarget } from '../../activities/target.ts';
import { environmentOf } from '../environment.ts';
import type { LabState } from '../state.ts';
import { surroundingsOf } from './surroundings.ts';
import { Supervisor } from './supervisor.ts';

/**
 * Brings the lab up, keeps it and its faults in order until SIGINT, SIGTERM or SIGHUP, and takes it down. Faults that an
 * earlier life of the lab has left are withdrawn as soon as the flags are in place, not when all is up.
 */
export async function runLab(options: {
  demo: string | undefined;
  log: Logger;
  report: (step: string) => void;
  ready: () => void | Promise<void>;
}): Promise<void> {
  const { demo, log, report, ready } = options;
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  const supervisor = new Supervisor(report);
  const aborted = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
  let reconciling: Promise<void> | undefined;
  const flagsPlaced = (): void => {
    reconciling = reconcile(supervisor.state, stop.signal, log);
  };
  try {
    await Promise.race([supervisor.up(demo, flagsPlaced), aborted]);
    if (stop.signal.aborted) return;
    await ready();
    await reconciling;
  } finally {
    stop.abort();
    if (supervisor.state.phase !== 'failed') await supervisor.down();
  }
}

async function reconcile(state: LabState, signal: AbortSignal, log: Logger): Promise<void> {
  const target = await openTarget(environmentOf(state));
  await keepReconciled(target.store, signal, log, surroundingsOf(state, target));
  await target.close();
}
