import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Caretaker, type Surroundings } from './caretaker.ts';
import { withdrawDue } from './reconciler.ts';
import type { FlagStore } from './store.ts';

/** How often the ledger is looked at for records that are new or were moved (ms). */
const lookEvery = 500;
/** How long those that fall due are gathered after a withdrawal (ms). */
const gatherFor = 200;
/** How often the flag daemon's own copy is held against the flags (ms). */
const publishEvery = 2_000;
/** How often the owners of records are thought of; each is asked for less often (ms). */
const tendEvery = 1_000;

type Log = Pick<Logger, 'warn' | 'error'>;

/** Reconciles until `signal` is aborted; what goes wrong is logged once and tried again. `now`: the clock, in ms. */
export async function keepReconciled(
  store: FlagStore,
  signal: AbortSignal,
  log: Log,
  surroundings: Surroundings = {},
  now: () => number = Date.now,
): Promise<void> {
  const caretaker = new Caretaker(store, surroundings, now);
  const withdraw = repeat(signal, log, 'cannot reconcile', async () => {
    surroundings.onRound?.();
    const { due, strays, next } = await withdrawDue(store, now, new Set(), surroundings.onRestored);
    if (due.length > 0) log.warn({ incidents: due.map(({ record }) => record.id) }, 'withdrew faults that were due');
    if (strays.length > 0) log.warn({ strays }, 'withdrew faults without an open record');
    // with very many due one after the other, those of a moment share a write
    return Math.max(Math.min(next, lookEvery), due.length > 0 ? gatherFor : 0);
  });
  // beside it, so that a slow answer never delays a withdrawal
  const tend = repeat(signal, log, 'cannot ask for the owners of faults', async () => {
    const incidents = await caretaker.look();
    if (incidents.length > 0) log.warn({ incidents }, 'withdrew faults whose workflow is gone');
    return tendEvery;
  });
  const publish = repeat(signal, log, "cannot look after the flag daemon's copy", async () => {
    await store.publish();
    return publishEvery;
  });
  await Promise.all([withdraw, tend, publish]);
}

/** Repeats `step`, which answers how long to wait (ms), until aborted. */
async function repeat(signal: AbortSignal, log: Log, failing: string, step: () => Promise<number>): Promise<void> {
  let failure = '';
  while (!signal.aborted) {
    let pause = lookEvery;
    try {
      pause = await step();
      failure = '';
    } catch (error) {
      if (kindOf(error) !== failure) log.error({ err: error }, failing);
      failure = kindOf(error);
    }
    await delay(pause, undefined, { signal }).catch(() => undefined);
  }
}

/** Tells failures apart. What a system call fails with names a file that is another each time, as on a full disk. */
function kindOf(error: unknown): string {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return syscall === undefined ? String(error) : `${code} ${syscall}`;
}
