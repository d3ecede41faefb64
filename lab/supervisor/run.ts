import type { Logger } from 'pino';
import { FileFlagStore } from '../../activities/flags/file-store.ts';
import { keepReconciled } from '../../activities/flags/reconciler.ts';
import { Supervisor } from './supervisor.ts';

/** Brings the lab up, keeps it and its faults in order until SIGINT, SIGTERM or SIGHUP, and takes it down. */
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
  try {
    await Promise.race([supervisor.up(demo), aborted]);
    if (stop.signal.aborted) return;
    await ready();
    await keepReconciled(new FileFlagStore(supervisor.state.flagd.file), stop.signal, log);
  } finally {
    if (supervisor.state.phase !== 'failed') await supervisor.down();
  }
}
