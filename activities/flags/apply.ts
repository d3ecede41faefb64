import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../../workflows/contract.ts';
import { formatDuration, longestDuration } from '../../workflows/duration.ts';
import { Problem } from '../../workflows/problem.ts';
import type { LedgerRecord } from './ledger.ts';
import { withBefore } from './marker.ts';
import { requireFree, requireLab, requireReleased } from './refusals.ts';
import type { Change, StoreState } from './state.ts';

/** What a record needs to be written, beside what is read from the document. */
export type NewRecord = Pick<
  LedgerRecord,
  'id' | 'workflowId' | 'firstRunId' | 'cluster' | 'namespace' | 'lab' | 'scenario' | 'flag' | 'variant' | 'until'
> & { before: JsonObject; applied: JsonObject; resting: JsonObject };

/**
 * Writes the record of a fault that is about to be applied. Written once: a second attempt finds its own.
 * Refuses when the lever is pulled, the flag is taken, or the definition is no longer the one that was resolved.
 */
export function recordFault(state: StoreState, key: string, entry: NewRecord, now: number): Change<LedgerRecord> {
  requireLab(state, entry.lab);
  const own = state.record(key);
  if (own?.state === 'open') return { answer: own };
  if (own) throw closed(own);
  requireReleased(state);
  requireFree(state, entry.flag);
  const before = state.flag(entry.flag);
  if (before === undefined || !isDefinition(before, entry.before)) throw changedJustNow(entry.flag);
  const record: LedgerRecord = { ...entry, before, state: 'open', recordedAt: new Date(now).toISOString() };
  return { record: { key, record }, answer: record };
}

/**
 * Puts the recorded fault into the document: only for an open record that is not overdue. One that an attempt before has applied,
 * whose answer was lost, was applied, whatever has become of it since: an incident that had a fault must not say that it was refused.
 */
export function applyFault(state: StoreState, key: string, lab: string, now: number): Change<LedgerRecord> {
  requireLab(state, lab);
  const own = state.record(key);
  const isLate = own?.state === 'withdrawing' || now >= Date.parse(own?.until ?? '') || state.halted !== null;
  // a closed one refuses a run that was reset as well
  if (own?.appliedAt && own.state !== 'closed' && isLate) return { answer: own };
  requireReleased(state);
  const record = openRecord(state, key, lab);
  if (now >= Date.parse(record.until)) throw closed(record);
  const { flag, before, applied } = record;
  const current = state.flag(flag);
  if (current !== before) {
    // applied before, it may be changed by somebody else since: the witness will tell, and the rollback what it replaced
    if (record.appliedAt) return { answer: record };
    throw changedJustNow(flag);
  }
  const next = { ...record, appliedAt: new Date(now).toISOString() };
  return {
    record: { key, record: next },
    flag: { name: flag, text: state.document.format(flag, withBefore(applied, before)) },
    answer: next,
  };
}

/**
 * Notes that the fault was seen; from now on `until` counts from then. One that was seen by an earlier attempt stays seen,
 * also if it has been withdrawn meanwhile.
 */
export function activateFault(
  state: StoreState,
  key: string,
  lab: string,
  times: { witnessedAt: string; until: string },
  now: number,
): Change<LedgerRecord> {
  const known = state.record(key);
  if (known?.witnessedAt) return { answer: known };
  const record = openRecord(state, key, lab);
  if (now >= Date.parse(record.until)) throw closed(record);
  const next = { ...record, ...times };
  return { record: { key, record: next }, answer: next };
}

/** Moves `until` of an open record. Refuses when the incident is over or would last beyond 24 h from now. */
export function extendFault(state: StoreState, key: string, lab: string, until: string, now: number): Change<string> {
  const record = openRecord(state, key, lab);
  // an attempt that was repeated or comes late, or an Update that a reset has applied again
  if (Date.parse(until) <= Date.parse(record.until)) return { answer: until };
  if (now >= Date.parse(record.until)) throw closed(record);
  const left = Date.parse(until) - now;
  if (left > longestDuration) {
    throw new Problem(
      'bad-duration',
      `Extended so, the incident would last another ${formatDuration(left)}`,
      'An incident may last 24 hours from now at most.',
    );
  }
  return { record: { key, record: { ...record, until } }, answer: until };
}

function openRecord(state: StoreState, key: string, lab: string): LedgerRecord {
  requireLab(state, lab);
  const record = state.record(key);
  if (record?.state === 'open') return record;
  throw closed(record);
}

function isDefinition(text: string, definition: JsonObject): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(text), definition);
  } catch {
    return false;
  }
}

function changedJustNow(flag: string): Problem {
  return new Problem(
    'flag-taken',
    `Flag ${flag} was changed by somebody else just now`,
    'Nothing was changed. Start the incident again.',
  );
}

function closed(record: LedgerRecord | undefined): Problem {
  return new Problem(
    'record-closed',
    record
      ? `The ledger's record of incident ${record.id} is ${record.state} or overdue`
      : 'The ledger has no record of this incident',
    'The fault is not applied (again): it was withdrawn meanwhile. Start a new incident.',
  );
}
