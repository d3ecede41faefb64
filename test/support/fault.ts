import { applyFault, type NewRecord, recordFault } from '../../activities/flags/apply.ts';
import type { FlagStore } from '../../activities/flags/store.ts';
import { closeRecord, withdrawFault } from '../../activities/flags/withdraw.ts';
import type { JsonObject } from '../../workflows/contract.ts';
import { fileStore } from './flags.ts';
import { newRecord } from './records.ts';

/** The life of one fault, step by step, on a real file. */
export class Fault {
  readonly store: FlagStore;
  readonly entry: NewRecord;

  private constructor(store: FlagStore, entry: NewRecord) {
    this.store = store;
    this.entry = entry;
  }

  static async on(store: FlagStore, flag?: string, id?: string): Promise<Fault> {
    const { document } = await store.read();
    return new Fault(store, newRecord(await store.identify(), document.text, flag, id));
  }

  get key(): string {
    return this.entry.firstRunId;
  }

  record = () => this.store.change((state) => recordFault(state, this.key, this.entry, Date.now()));
  apply = (now = Date.now()) => this.store.change((state) => applyFault(state, this.key, this.entry.lab, now));
  withdraw = () =>
    this.store.change((state) => withdrawFault(state, this.key, this.entry, { by: 'workflow' }, Date.now()));
  close = () => this.store.change((state) => closeRecord(state, this.key, this.entry.lab, Date.now()));
  state = async () => (await this.store.read()).record(this.key)?.state;
  live = async () =>
    (JSON.parse((await this.store.read()).document.text) as { flags: Record<string, JsonObject> }).flags[
      this.entry.flag
    ];
}

/** A fault that is in force, and the document with it. */
export async function inForce() {
  const fault = await Fault.on(await fileStore());
  await fault.record();
  await fault.apply();
  return { fault, text: (await fault.store.read()).document.text };
}
