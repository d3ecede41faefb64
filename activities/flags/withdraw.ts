import { isDeepStrictEqual } from 'node:util';
import { parse } from 'jsonc-parser';
import type { JsonObject, WithdrawnBy } from '../../workflows/contract.ts';
import { flagText, withFlagText } from './document.ts';
import { type LedgerRecord, withRecord } from './ledger.ts';
import { requireLab } from './refusals.ts';
import type { Change, StoreState } from './store.ts';

/** What a withdrawal did: when, by whom, and the hand edit of the same flag that it replaced. */
export interface Withdrawal {
  withdrawnAt: string;
  withdrawnBy: WithdrawnBy;
  overwritten: JsonObject | null;
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
  by: WithdrawnBy,
  now: number,
): Change<Withdrawal> {
  requireLab(state.ledger, entry.lab);
  const at = new Date(now).toISOString();
  const record = state.ledger.records[key];
  if (!record) {
    const { id, workflowId, firstRunId, lab } = entry;
    const times = { until: at, recordedAt: at, withdrawnAt: at, closedAt: at };
    const tombstone: LedgerRecord = { ...noFault, id, workflowId, firstRunId, lab, ...times, withdrawnBy: by };
    return { ledger: withRecord(state.ledger, key, tombstone, now), answer: answerOf(tombstone, by) };
  }
  if (record.state === 'closed') return { answer: answerOf(record, by) };

  const current = flagText(state.document, record.flag) ?? null;
  if (record.state === 'open') {
    const whole = current === record.before;
    const foreign = !record.appliedAt && markerOf(current) !== record.id;
    const next: LedgerRecord = {
      ...record,
      state: 'withdrawing',
      found: current,
      withdrawnAt: at,
      withdrawnBy: whole && record.appliedAt ? 'outside' : by,
    };
    return {
      ledger: withRecord(state.ledger, key, next, now),
      document: whole || foreign ? undefined : withFlagText(state.document, record.flag, record.before),
      answer: answerOf(next, by),
    };
  }
  const stillThere = current !== record.before && (current === record.found || markerOf(current) === record.id);
  return {
    document: stillThere ? withFlagText(state.document, record.flag, record.before) : undefined,
    answer: answerOf(record, by),
  };
}

/**
 * Last step of a withdrawal, after the restore was verified or given up on. A fault that somebody put back meanwhile (an
 * editor with an old copy) is restored again. Answers the flag's definition as it then stands.
 */
export function closeRecord(state: StoreState, key: string, lab: string, now: number): Change<JsonObject | null> {
  requireLab(state.ledger, lab);
  const record = state.ledger.records[key];
  if (!record) return { answer: null };
  const again = putBack(state, record);
  const text = flagText(again ?? state.document, record.flag);
  const answer = text === undefined ? null : looselyParsed(text);
  if (record.state === 'closed') return { document: again, answer };
  if (record.state === 'open') throw new Error(`record of ${record.id} is still open`);
  const closed: LedgerRecord = { ...record, state: 'closed', closedAt: new Date(now).toISOString() };
  return { document: again, ledger: withRecord(state.ledger, key, closed, now), answer };
}

/** The document without the fault of a record that is over, if it has that; undefined where there is nothing to do. */
export function putBack(state: StoreState, record: LedgerRecord): string | undefined {
  if (record.flag === '' || !state.document.includes(record.id)) return undefined;
  const text = flagText(state.document, record.flag) ?? null;
  return markerOf(text) === record.id ? withFlagText(state.document, record.flag, record.before) : undefined;
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

/** A hand edit is what was found where neither the fault nor the original was; a flag that was gone shows as `{"deleted": true}`. */
function answerOf(record: LedgerRecord, by: WithdrawnBy): Withdrawal {
  const { found = null, before, applied, withdrawnAt = '', withdrawnBy = by } = record;
  const answer = { withdrawnAt, withdrawnBy, overwritten: null };
  if (record.flag === '' || found === before || !record.appliedAt) return answer;
  if (found === null) return { ...answer, overwritten: { deleted: true } };
  const definition = looselyParsed(found);
  return isDeepStrictEqual(definition, applied) ? answer : { ...answer, overwritten: definition };
}

function markerOf(text: string | null): unknown {
  const metadata = text === null ? undefined : looselyParsed(text)['metadata'];
  return metadata && typeof metadata === 'object' && !Array.isArray(metadata) ? metadata['incident'] : undefined;
}

/** A hand edit may be no JSON at all, and must still be withdrawn: what can be read of it, else `{"text": …}`. */
function looselyParsed(text: string): JsonObject {
  const value: unknown = parse(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : { text };
}
