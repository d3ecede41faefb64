import type { Json, JsonObject } from '../../../workflows/contract.ts';
import type { LedgerRecord } from '../ledger.ts';
import { isFault, looselyParsed, markerOf } from '../marker.ts';
import type { StoreState } from '../state.ts';

/** What is seen of the live copy. */
export interface LiveView {
  /** the incident whose marker a flag's evaluation shows, by flag */
  markers: ReadonlyMap<string, string>;
  /** flagd-ui's definitions; undefined where there is no flagd-ui */
  definitions: JsonObject | undefined;
}

/** What the live copy holds in the place of a fault that is being withdrawn. */
export interface Noted {
  key: string;
  /** as canonical JSON; empty where the flag is gone */
  live: string;
  /** somebody's edit, which is neither the fault nor the original */
  foreign: string | undefined;
}

/**
 * The texts that the live copy should have and has not. Only where a fault is in force or withdrawn: a fault that is missing, one
 * that should be gone, and a marked one that the ConfigMap does not have. Other flags are their editors' affair.
 */
export function differences(state: StoreState, view: LiveView): Map<string, string> {
  const wanted = new Map<string, string>();
  const want = (flag: string): void => {
    const text = state.flag(flag);
    if (text !== undefined) wanted.set(flag, text);
  };
  for (const [flag, incident] of marked(view)) if (markerOf(state.flag(flag))?.incident !== incident) want(flag);
  for (const [, record] of state.open()) {
    if (record.flag === '') continue;
    if (record.state === 'open' ? isMissing(state, view, record) : isLeft(state, view, record)) want(record.flag);
  }
  return wanted;
}

/** What withdrawals find in the live copy and have not written down yet; nothing where only evaluations can be had. */
export function noteFound(state: StoreState, { definitions }: LiveView): Noted[] {
  if (!definitions) return [];
  return state.open().flatMap(([key, record]) => {
    if (record.state !== 'withdrawing' || record.liveFound !== undefined || record.flag === '') return [];
    const live = definitions[record.flag];
    const text = live === undefined ? '' : canonical(live);
    const known = isFault(text, record.applied) || text === canonical(looselyParsed(record.before));
    return [{ key, live: text, foreign: known || text === '' ? undefined : text }];
  });
}

/** The faults that are in the live copy, as evaluated and as flagd-ui has them. */
function* marked({ markers, definitions = {} }: LiveView): Generator<[flag: string, incident: string]> {
  yield* markers;
  for (const [flag, definition] of Object.entries(definitions)) {
    const incident = markerOf(JSON.stringify(definition))?.incident;
    if (incident !== undefined) yield [flag, incident];
  }
}

/** A fault that is in the ConfigMap and not in the live copy, unless somebody has made something else of the flag there. */
function isMissing(state: StoreState, { markers, definitions }: LiveView, { id, flag, before }: LedgerRecord): boolean {
  if (markerOf(state.flag(flag))?.incident !== id || markers.get(flag) === id) return false;
  const live = definitions?.[flag];
  return (
    live === undefined ||
    markerOf(canonical(live)) !== undefined ||
    canonical(live) === canonical(looselyParsed(before))
  );
}

/** What a withdrawal found in the live copy and is still there. Something else by now is somebody's later edit. */
function isLeft(state: StoreState, { definitions }: LiveView, { flag, liveFound }: LedgerRecord): boolean {
  if (!definitions || liveFound === undefined) return false;
  const live = definitions[flag];
  const text = live === undefined ? '' : canonical(live);
  return text === liveFound && text !== canonical(looselyParsed(state.flag(flag) ?? ''));
}

/** JSON with its keys in order: flagd-ui has its own. */
export function canonical(value: Json): string {
  return JSON.stringify(value, (_key, part: Json) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
