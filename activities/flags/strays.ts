import { parse } from 'jsonc-parser';
import { markerOf } from './marker.ts';
import type { StoreState } from './state.ts';

/** A fault in the document that no open record stands for: put back by an editor with an old copy, or its ledger is lost. */
export interface Stray {
  flag: string;
  incident: string;
  /** the flag's text to restore; undefined where neither ledger nor marker tells */
  before: string | undefined;
}

const mark = /"incident"\s*:\s*("(?:[^"\\]|\\.)*")/g;

/** The marked faults without an open record. A fault whose withdrawal was cut short is no stray, see `unfinished`. */
export function findStrays(state: StoreState): Stray[] {
  const { text } = state.document;
  // nearly always there is nothing to find, and then one pass over the text is all
  const incidents = new Set(Array.from(text.matchAll(mark), ([, quoted = '""']) => parse(quoted) as string));
  if (incidents.size === 0) return [];
  for (const [, { id }] of state.open()) incidents.delete(id);
  return incidents.size === 0 ? [] : [...state.document.names()].flatMap((flag) => strayIn(state, flag));
}

/** The stray in a flag as it is now, in a list of one or none. */
export function strayIn(state: StoreState, flag: string): Stray[] {
  const marker = markerOf(state.flag(flag));
  if (!marker) return [];
  const records = state.records().filter(({ id, flag: own }) => id === marker.incident && own !== '');
  const own = records.filter((record) => record.flag === flag);
  if (own.some(({ state: phase }) => phase !== 'closed')) return [];
  // a marker that was pasted into another flag does not tell what was there
  const pasted = own.length === 0 && records.length > 0;
  const before = pasted ? undefined : (own.at(-1)?.before ?? marker.before);
  return [{ flag, incident: marker.incident, before }];
}
