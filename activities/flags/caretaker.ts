import type { LedgerRecord } from './ledger.ts';
import { type Findings, type RestoreReason, withdrawDue } from './reconciler.ts';
import type { FlagStore } from './store.ts';
import { closeRecord } from './withdraw.ts';

/** Knows the workflows that own records. Both throw where they cannot be asked. */
export interface Owners {
  /** Whether the workflow is over (ended, terminated, deleted); `unknown` where this is not for us to judge. */
  ask(record: LedgerRecord): Promise<'live' | 'gone' | 'unknown'>;
  /** Tells a workflow that its fault was withdrawn from under it: it shall end. */
  end(record: LedgerRecord): Promise<void>;
}

/** What the reconciler asks beside the store; each part may be missing. */
export interface Surroundings {
  owners?: Owners;
  /** Whether a flag evaluation shows the record's flag without the fault. Throws where nobody answers. */
  isRestored?: (record: LedgerRecord) => Promise<boolean>;
  /** Told of every round in which due faults were looked for, whether it went well or not: the loop turns. */
  onRound?: () => void;
  /** Told of every fault that this reconciler withdrew, and nobody else before it. */
  onRestored?: (reason: RestoreReason) => void;
}

/** How often the owner of a record is asked for (ms). */
const askEvery = 10_000;
/** How often that of a fault is, which was withdrawn before its time: its workflow is to learn of it soon (ms). */
const askSoon = 2_000;
/** With very many records, each look asks for no more than this share of them, and at least for so many. */
const [share, least] = [1 / 50, 20];
/** How long a withdrawn record waits for its own workflow to verify and close it (ms). */
const patience = 60_000;

/**
 * Looks after the records whose workflow will not: withdraws the fault of an owner that is gone, closes what nobody else
 * closes, once the restore is verified, and ends a workflow whose fault was withdrawn before its time.
 */
export class Caretaker {
  readonly #store: FlagStore;
  readonly #surroundings: Surroundings;
  readonly #now: () => number;
  readonly #asked = new Map<string, number>();
  /** records whose owner nobody here can judge or tell */
  readonly #strangers = new Set<string>();

  constructor(store: FlagStore, surroundings: Surroundings, now: () => number = Date.now) {
    this.#store = store;
    this.#surroundings = surroundings;
    this.#now = now;
  }

  /**
   * One look at the records. `all`: asks for every owner at once. Answers the ids of the incidents that were ownerless; throws
   * what asking threw, once the rest is done.
   */
  async look(all = false): Promise<string[]> {
    const { gone, uninformed, failure } = await this.ask(all);
    // one that could not be told is asked for again, and told then
    for (const record of uninformed) await this.#surroundings.owners?.end(record).catch(() => undefined);
    const { due } = gone.size > 0 ? await this.#withdraw(gone) : { due: [] };
    await this.#closeAbandoned(gone);
    if (failure) throw failure;
    return due.map(({ record }) => record.id);
  }

  /**
   * Asks for owners, the one after the other until one cannot be asked, and changes nothing. Answers the keys of the records
   * whose owner is gone, and those whose living owner does not know that its fault was withdrawn.
   */
  async ask(all = false): Promise<{ gone: Set<string>; uninformed: LedgerRecord[]; failure: unknown }> {
    const records = new Map((await this.#store.read()).open());
    this.#forgetAllBut(records);
    const [gone, uninformed] = [new Set<string>(), [] as LedgerRecord[]];
    const { owners } = this.#surroundings;
    try {
      for (const [key, record] of owners ? this.#toAsk([...records], all) : []) {
        this.#asked.set(key, performance.now());
        const owner = await owners?.ask(record);
        if (owner === 'gone') gone.add(key);
        if (owner === 'unknown') this.#strangers.add(key);
        if (owner === 'live' && isEarly(record)) uninformed.push(record);
      }
      return { gone, uninformed, failure: undefined };
    } catch (failure) {
      return { gone, uninformed, failure };
    }
  }

  async #withdraw(gone: ReadonlySet<string>): Promise<Findings> {
    return await withdrawDue(this.#store, this.#now, gone, this.#surroundings.onRestored);
  }

  #forgetAllBut(records: ReadonlyMap<string, unknown>): void {
    for (const key of this.#asked.keys()) if (!records.has(key)) this.#asked.delete(key);
    for (const key of this.#strangers) if (!records.has(key)) this.#strangers.delete(key);
  }

  /** The records whose owners are to be asked for now, those that waited longest first. */
  #toAsk(open: [string, LedgerRecord][], all: boolean): [string, LedgerRecord][] {
    const now = performance.now();
    const waited = ([key, record]: [string, LedgerRecord]): boolean =>
      all || now - (this.#asked.get(key) ?? -Infinity) > (isEarly(record) ? askSoon : askEvery);
    const since = ([key]: [string, LedgerRecord]): number => this.#asked.get(key) ?? -Infinity;
    const waiting = open.filter(waited).toSorted((a, b) => since(a) - since(b));
    return waiting.slice(0, all ? undefined : Math.max(least, open.length * share));
  }

  async #closeAbandoned(gone: ReadonlySet<string>): Promise<void> {
    const withdrawn = (await this.#store.read()).open().filter(([, { state }]) => state === 'withdrawing');
    await Promise.all(withdrawn.map(([key, record]) => this.#close(key, record, gone.has(key))));
  }

  /** Closes a record whose owner is gone as soon as the restore is verified, and any other one that waited too long. */
  async #close(key: string, record: LedgerRecord, ownerless: boolean): Promise<void> {
    const { isRestored } = this.#surroundings;
    // a workflow that does not know yet is told first, as long as its incident would have lasted
    const waits = isEarly(record) && !this.#strangers.has(key);
    const since = Math.max(Date.parse(record.withdrawnAt ?? ''), waits ? Date.parse(record.until) : 0);
    const late = since + patience <= this.#now();
    if (!late && !ownerless) return;
    const restored = (await isRestored?.(record).catch(() => false)) ?? false;
    if (!late && isRestored && !restored) return;
    const verifiedAt = restored ? new Date(this.#now()).toISOString() : undefined;
    await this.#store.change((state) => closeRecord(state, key, record.lab, this.#now(), verifiedAt));
  }
}

/** Whether a fault was withdrawn before its time, and not by its workflow, which may not know of it. */
function isEarly({ state, withdrawnAt = '', withdrawnBy, until }: LedgerRecord): boolean {
  return state === 'withdrawing' && withdrawnBy !== 'workflow' && Date.parse(withdrawnAt) < Date.parse(until);
}
