import type { JsonObject, WithdrawnBy } from '../../workflows/contract.ts';
import type { LedgerRecord } from './ledger.ts';
import { isFault, looselyParsed, markerOf } from './marker.ts';
import { requireLab } from './refusals.ts';
import type { Change, StoreState } from './state.ts';

/** What a withdrawal did: when, by whom, and the hand edit of the same flag that it replaced. */
export interface Withdrawal {
  withdrawnAt: string;
  withdrawnBy: WithdrawnBy;
  overwritten: JsonObject | null;
}

/** Who withdraws, and why. */
export interface Withdrawer {
  by: WithdrawnBy;
  endedBy?: LedgerRecord['endedBy'] | undefined;
}

/**
 * First step of a withdrawal: marks the record `withdrawing` and restores the flag's text as it was. Whoever marks it
 * first decides what `found` is; everyone after only helps the restore to its end, and leaves a flag alone that has been
 * restored already, whatever somebody made of it since. A record that does not exist is written as a closed one, so that
 * a late attempt to record or inject is refused.
 */
export function withdrawFault(
  state: StoreState,
  key: string,
  entry: Pick<LedgerRecord, 'id' | 'workflowId' | 'firstRunId' | 'lab'>,
  { by, endedBy }: Withdrawer,
  now: number,
): Change<Withdrawal> {
  requireLab(state, entry.lab);
  const at = new Date(now).toISOString();
  const record = state.record(key);
  if (!record) {
    const { id, workflowId, firstRunId, lab } = entry;
    const times = { until: at, recordedAt: at, withdrawnAt: at, closedAt: at };
    const tombstone: LedgerRecord = { ...noFault, id, workflowId, firstRunId, lab, ...times, withdrawnBy: by };
    return { record: { key, record: tombstone }, answer: answerOf(tombstone, by) };
  }
  if (record.state === 'closed') return { answer: answerOf(record, by) };
  if (record.state === 'withdrawing') return { flag: unfinished(state, record, now), answer: answerOf(record, by) };

  const current = state.flag(record.flag) ?? null;
  const whole = current === record.before;
  const foreign = !record.appliedAt && markerOf(current)?.incident !== record.id;
  const withdrawnBy = whole && record.witnessedAt ? 'outside' : by;
  const next: LedgerRecord = { ...record, state: 'withdrawing', withdrawnAt: at, withdrawnBy };
  if (!whole && !foreign && !isFault(current, record.applied)) next.found = current;
  if (endedBy) next.endedBy = endedBy;
  return {
    record: { key, record: next },
    flag: whole || foreign ? undefined : { name: record.flag, text: record.before },
    answer: answerOf(next, by),
  };
}

/** How long what a withdrawal found may still be what a restore was cut short over, and not somebody's later edit (ms). */
const cutShort = 10_000;

/** What is left to restore of a record that is being withdrawn, if its restore was cut short; else undefined. */
export function unfinished(
  state: StoreState,
  record: LedgerRecord,
  now: number,
): { name: string; text: string } | undefined {
  const current = state.flag(record.flag) ?? null;
  if (current === record.before || (!record.appliedAt && markerOf(current)?.incident !== record.id)) return undefined;
  const isRecent = now - Date.parse(record.withdrawnAt ?? '') < cutShort;
  const stillThere = (current === record.found && isRecent) || markerOf(current)?.incident === record.id;
  return stillThere ? { name: record.flag, text: record.before } : undefined;
}

/**
 * Last step of a withdrawal, after the restore was verified or given up on. A fault that somebody put back meanwhile (an
 * editor with an old copy) is restored again. Answers the flag's definition as it then stands.
 */
export function closeRecord(
  state: StoreState,
  key: string,
  lab: string,
  now: number,
  verifiedAt?: string,
): Change<JsonObject | null> {
  requireLab(state, lab);
  const record = state.record(key);
  if (!record) return { answer: null };
  const current = record.flag === '' ? undefined : state.flag(record.flag);
  const again = markerOf(current)?.incident === record.id;
  const text = again ? record.before : current;
  const answer = text === undefined ? null : looselyParsed(text);
  const flag = again ? { name: record.flag, text: record.before } : undefined;
  if (record.state === 'closed') return { flag, answer };
  if (record.state === 'open') throw new Error(`record of ${record.id} is still open`);
  const closed: LedgerRecord = { ...record, state: 'closed', closedAt: new Date(now).toISOString() };
  if (verifiedAt) closed.verifiedAt = verifiedAt;
  return { flag, record: { key, record: closed }, answer };
}

const noFault = {
  cluster: '',
  namespace: '',
  scenario: '',
  flag: '',
  variant: '',
  before: '',
  applied: {},
  state: 'closed',
} as const;

function answerOf(record: LedgerRecord, by: WithdrawnBy): Withdrawal {
  const { withdrawnAt = '', withdrawnBy } = record;
  return { withdrawnAt, withdrawnBy: withdrawnBy ?? by, overwritten: overwrittenBy(record) };
}

/** What a withdrawal replaced, where that was neither the fault nor the original; a flag that was gone shows as `{"deleted": true}`. */
export function overwrittenBy(record: Pick<LedgerRecord, 'found'> | undefined): JsonObject | null {
  if (record?.found === undefined) return null;
  return record.found === null ? { deleted: true } : looselyParsed(record.found);
}
