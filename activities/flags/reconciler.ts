import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type LedgerRecord, openRecords } from './ledger.ts';
import type { Change, FlagStore, StoreState } from './store.ts';
import { closeRecord, putBack, withdrawFault } from './withdraw.ts';

/** How long after a record's `until` its own workflow is given to withdraw it (ms). */
const grace = 500;
/** How often the ledger is looked at for records that are new or were moved (ms). */
const lookEvery = 500;
/** How long a withdrawn record waits for its workflow to verify and close it (ms). */
const closeAfter = 60_000;

export interface Reconciled {
  /** ids of the incidents whose faults were withdrawn */
  withdrawn: string[];
  /** ms until the next fault is due; Infinity where none is known */
  next: number;
}

/**
 * Withdraws every fault that is overdue, in one write, closes what nobody closed, and withdraws again what somebody put back
 * (an editor that saved an old copy). Needs no Temporal.
 */
export async function reconcile(store: FlagStore, now: number = Date.now()): Promise<Reconciled> {
  const { document, ledger } = await store.read();
  const open = openRecords(ledger);
  const overdue = open.filter(([, record]) => isOverdue(record, now));
  const abandoned = open.filter(
    ([, { state, withdrawnAt = '' }]) => state === 'withdrawing' && Date.parse(withdrawnAt) + closeAfter <= now,
  );
  const returned = Object.values(ledger.records).filter(
    (record) => record.state === 'closed' && putBack({ document, ledger }, record) !== undefined,
  );
  await Promise.all([
    ...overdue.map(([key, record]) => store.change((state) => withdrawOverdue(state, key, record))),
    ...abandoned.map(([key, { lab }]) => store.change((state) => closeRecord(state, key, lab, Date.now()))),
    ...returned.map((record) => store.change((state) => ({ document: putBack(state, record), answer: undefined }))),
  ]);
  const coming = open
    .filter(([, { state }]) => state === 'open')
    .map(([, { until }]) => Date.parse(until) + grace - now);
  return {
    withdrawn: [...overdue.map(([, { id }]) => id), ...returned.map(({ id }) => id)],
    next: Math.min(...coming.filter((left) => left > 0), Infinity),
  };
}

function isOverdue({ state, until }: LedgerRecord, now: number): boolean {
  return state === 'open' && Date.parse(until) + grace <= now;
}

/** The record is looked at again where it is changed: it may have been extended or closed since it was read. */
function withdrawOverdue(state: StoreState, key: string, record: LedgerRecord): Change<unknown> {
  const current = state.ledger.records[key];
  const now = Date.now();
  return current && isOverdue(current, now) ? withdrawFault(state, key, record, 'reconciler', now) : { answer: null };
}

/** Reconciles until `signal` is aborted; what goes wrong is logged once and tried again. */
export async function keepReconciled(
  store: FlagStore,
  signal: AbortSignal,
  log: Pick<Logger, 'warn' | 'error'>,
): Promise<void> {
  let failure = '';
  while (!signal.aborted) {
    let pause = lookEvery;
    try {
      const { withdrawn, next } = await reconcile(store);
      pause = Math.min(next, lookEvery);
      if (withdrawn.length > 0) log.warn({ incidents: withdrawn }, 'withdrew faults that were overdue or put back');
      failure = '';
    } catch (error) {
      if (String(error) !== failure) log.error({ err: error }, 'cannot reconcile');
      failure = String(error);
    }
    await delay(pause, undefined, { signal }).catch(() => undefined);
  }
}
