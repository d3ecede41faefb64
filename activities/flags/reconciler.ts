import type { LedgerRecord } from './ledger.ts';
import type { Change, StoreState } from './state.ts';
import type { FlagStore } from './store.ts';
import { findStrays, type Stray, strayIn } from './strays.ts';
import { unfinished, type Withdrawer, withdrawFault } from './withdraw.ts';

/**
 * How long after a record's `until` its own workflow is given to withdraw it (ms). A crowd of workflows cannot make it: their
 * timers, tasks and activities take turns, and one write for all that are due is sooner.
 */
function graceFor(open: number): number {
  return open < 100 ? 500 : 100;
}

/** A fault that is to be withdrawn now, and why. */
export interface Due extends Withdrawer {
  key: string;
  record: LedgerRecord;
}

/** Why the reconciler withdrew a fault: why it ended; `unfinished`, of a withdrawal cut short; `stray`, without an open record. */
export const restoreReasons = ['deadline', 'halt', 'ownerless', 'unfinished', 'stray'] as const;
export type RestoreReason = (typeof restoreReasons)[number];

/** That it is due, with the part of the reasons that the ledger keeps as why a fault ended. */
interface WhyDue extends Withdrawer {
  endedBy?: Exclude<RestoreReason, 'unfinished' | 'stray'>;
}

/** What a look at the ledger and the flags found. */
export interface Findings {
  due: Due[];
  strays: Stray[];
  /** ms until the next fault is due; Infinity where none is known */
  next: number;
}

/**
 * What has to be withdrawn: faults that are overdue, all of them while the safety lever is pulled, those whose owner is gone
 * (by their keys in `ownerless`), withdrawals that were cut short, and marked faults without an open record.
 */
export function findDue(state: StoreState, now: number, ownerless: ReadonlySet<string> = new Set()): Findings {
  const open = state.open();
  const grace = graceFor(open.length);
  const due = open.flatMap(([key, record]) => {
    const why = whyDue(state, key, record, now - grace, ownerless);
    return why ? [{ key, record, ...why }] : [];
  });
  const strays = findStrays(state).filter(({ before }) => before !== undefined);
  const left = open.map(([, { state: phase, until }]) =>
    phase === 'open' ? Date.parse(until) + grace - now : Infinity,
  );
  return { due, strays, next: left.reduce((least, ms) => (ms > 0 && ms < least ? ms : least), Infinity) };
}

/**
 * Withdraws all that is due, in one write. Needs no Temporal. `now`: the clock, in ms, asked again where the flags are
 * changed, since a record may have been extended or closed since it was read. `onRestored` is told of what was withdrawn here,
 * and not by somebody who was sooner.
 */
export async function withdrawDue(
  store: FlagStore,
  now: () => number = Date.now,
  ownerless: ReadonlySet<string> = new Set(),
  onRestored?: (reason: RestoreReason) => void,
): Promise<Findings> {
  const findings = findDue(await store.read(), now(), ownerless);
  const restored = await Promise.all([
    ...findings.due.map((due) => store.change((state) => withdraw(state, due, now(), ownerless))),
    ...findings.strays.map(({ flag }) => store.change((state) => withdrawStray(state, flag))),
  ]);
  for (const reason of restored) if (reason !== null) onRestored?.(reason);
  return findings;
}

function withdraw(
  state: StoreState,
  due: Due,
  now: number,
  ownerless: ReadonlySet<string>,
): Change<RestoreReason | null> {
  const record = state.record(due.key);
  const why = record && whyDue(state, due.key, record, now, ownerless);
  if (!why || record.state === 'closed') return { answer: null };
  return { ...withdrawFault(state, due.key, record, why, now), answer: why.endedBy ?? 'unfinished' };
}

function withdrawStray(state: StoreState, flag: string): Change<RestoreReason | null> {
  const [stray] = strayIn(state, flag);
  if (stray?.before === undefined) return { answer: null };
  return { flag: { name: flag, text: stray.before }, answer: 'stray' };
}

function whyDue(
  state: StoreState,
  key: string,
  record: LedgerRecord,
  now: number,
  ownerless: ReadonlySet<string>,
): WhyDue | undefined {
  if (record.state === 'withdrawing') return unfinished(state, record, now) && { by: 'reconciler' };
  if (state.halted) return { by: 'lever', endedBy: 'halt' };
  if (Date.parse(record.until) <= now) return { by: 'reconciler', endedBy: 'deadline' };
  return ownerless.has(key) ? { by: 'reconciler', endedBy: 'ownerless' } : undefined;
}
