import {
  activateFault,
  applyFault,
  extendFault,
  type NewRecord,
  recordFault,
} from '../../../activities/flags/apply.ts';
import { pullLever, withdrawAll } from '../../../activities/flags/lever.ts';
import { takeLock } from '../../../activities/flags/lock.ts';
import { withdrawDue } from '../../../activities/flags/reconciler.ts';
import type { FlagStore } from '../../../activities/flags/store.ts';
import { closeRecord, withdrawFault } from '../../../activities/flags/withdraw.ts';
import { handWritten, newRecord } from '../records.ts';

/** Three flags, written by hand, so that a batch of withdrawals is more than one write. */
export const original = handWritten.replace(
  '"flags": {',
  `"flags": {
    "cartFailure": {"variants":{"off":false,
      "on":true},   "state":"ENABLED","defaultVariant":"off"},`,
);

const flags = ['paymentFailure', 'café', 'cartFailure'];
const hour = 3_600_000;
/** The same in every process, so that whoever does a step again asks for the same. */
export const start = Number(process.env['LIFE_START'] ?? Date.now());
const at = (ms: number): string => new Date(start + ms).toISOString();

/** The records of the faults as any process would write them. */
export function entriesFor(lab: string): NewRecord[] {
  return flags.map((flag, index) => newRecord(lab, original, flag, `incident-${index + 1}`, start));
}

type Act = (store: FlagStore, entry: NewRecord) => Promise<unknown>;

const acts = {
  record: (store, entry) => store.change((state) => recordFault(state, entry.firstRunId, entry, Date.now())),
  apply: (store, entry) => store.change((state) => applyFault(state, entry.firstRunId, entry.lab, Date.now())),
  activate: (store, entry) => {
    const times = { witnessedAt: at(0), until: at(2 * hour) };
    return store.change((state) => activateFault(state, entry.firstRunId, entry.lab, times, Date.now()));
  },
  extend: (store, entry) =>
    store.change((state) => extendFault(state, entry.firstRunId, entry.lab, at(3 * hour), Date.now())),
  withdraw: (store, entry) =>
    store.change((state) => withdrawFault(state, entry.firstRunId, entry, { by: 'workflow' }, Date.now())),
  close: (store, entry) => store.change((state) => closeRecord(state, entry.firstRunId, entry.lab, Date.now())),
} satisfies Record<string, Act>;

const one = (act: Act) => async (store: FlagStore) => await act(store, firstEntry(await store.identify()));
const all = (act: Act) => async (store: FlagStore) => {
  const entries = entriesFor(await store.identify());
  return await Promise.all(entries.map((entry) => act(store, entry)));
};

export function firstEntry(lab: string): NewRecord {
  const [entry] = entriesFor(lab);
  if (!entry) throw new Error('no fault');
  return entry;
}

/** One step of a fault's life, or of three faults' at once, through the product's own functions. */
export const steps = {
  identify: (store: FlagStore) => store.identify(),
  record: one(acts.record),
  apply: one(acts.apply),
  activate: one(acts.activate),
  extend: one(acts.extend),
  withdraw: one(acts.withdraw),
  close: one(acts.close),
  /** takes the lock and never lets go */
  freeze: (store: FlagStore) => takeLock(`${store.location}.lock`, 1_000),
  recordAfterFreeze: one(acts.record),
  recordAll: all(acts.record),
  applyAll: all(acts.apply),
  /** the reconciler, long after the deadline */
  reconcile: (store: FlagStore) => withdrawDue(store, () => start + 24 * hour),
  halt: async (store: FlagStore) => {
    await pullLever(store, 'drill');
    await withdrawAll(store);
  },
};

export type Step = keyof typeof steps;

/** What has to have happened before a step. */
export const preparation: Partial<Record<Step, Step[]>> = {
  identify: [],
  record: ['identify'],
  apply: ['record'],
  activate: ['record', 'apply'],
  extend: ['record', 'apply', 'activate'],
  withdraw: ['record', 'apply', 'activate', 'extend'],
  close: ['record', 'apply', 'withdraw'],
  recordAfterFreeze: ['identify', 'freeze'],
  reconcile: ['recordAll', 'applyAll'],
  halt: ['recordAll', 'applyAll'],
};

/** Ends every incident as its workflow would. */
export async function endAll(store: FlagStore): Promise<void> {
  for (const [key, record] of (await store.read()).open()) {
    await store.change((state) => withdrawFault(state, key, record, { by: 'workflow' }, Date.now()));
    await store.change((state) => closeRecord(state, key, record.lab, Date.now()));
  }
}
