import type { FlagDocument } from './document.ts';
import { type Ledger, type LedgerRecord, type Lever, withoutOld } from './ledger.ts';

/** What a change writes: only what differs, and an answer for the caller. */
export interface Change<T> {
  /** the new text of a flag's definition */
  flag?: { name: string; text: string } | undefined;
  /** a record, by its key (first run id) */
  record?: { key: string; record: LedgerRecord } | undefined;
  /** the safety lever; null releases it */
  lever?: Lever | null;
  answer: T;
}

/**
 * The flag document and the ledger at one moment. A working copy takes changes one by one, each seeing those before it; it
 * costs the same however many flags and records there are, so that a thousand changes can share one write.
 */
export class StoreState {
  readonly #document: () => FlagDocument;
  readonly #base: Ledger;
  readonly #edits = new Map<string, string>();
  readonly #records: Map<string, LedgerRecord>;
  readonly #holders: Map<string, string>;
  #halted: Lever | null;
  #ledgerChanged = false;

  /** `document` is called when the flags are first looked at, and throws where they cannot be read: the ledger may still be. */
  constructor(document: () => FlagDocument, ledger: Ledger) {
    this.#document = document;
    this.#base = ledger;
    this.#halted = ledger.halted;
    this.#records = new Map(Object.entries(ledger.records));
    this.#holders = new Map(this.open().map(([key, { flag }]) => [flag, key]));
  }

  get lab(): string {
    return this.#base.lab;
  }

  get halted(): Lever | null {
    return this.#halted;
  }

  /** The document before any change. */
  get document(): FlagDocument {
    return this.#document();
  }

  flag(name: string): string | undefined {
    return this.#edits.get(name) ?? this.document.flag(name);
  }

  record(key: string): LedgerRecord | undefined {
    return this.#records.get(key);
  }

  records(): LedgerRecord[] {
    return [...this.#records.values()];
  }

  /** Records whose fault may still be in force, with their keys. */
  open(): [key: string, record: LedgerRecord][] {
    return [...this.#records].filter(([, { state }]) => state !== 'closed');
  }

  /** The record that holds a flag, if one does: one incident a flag at a time. */
  holderOf(flag: string): LedgerRecord | undefined {
    return this.#records.get(this.#holders.get(flag) ?? '');
  }

  /** Takes a change into this working copy. */
  apply({ flag, record, lever }: Change<unknown>): void {
    if (flag) this.#edits.set(flag.name, flag.text);
    if (record) {
      this.#ledgerChanged = true;
      this.#records.set(record.key, record.record);
      if (record.record.state !== 'closed') this.#holders.set(record.record.flag, record.key);
      else if (this.#holders.get(record.record.flag) === record.key) this.#holders.delete(record.record.flag);
    }
    if (lever !== undefined) {
      this.#ledgerChanged = true;
      this.#halted = lever;
    }
  }

  /** What is to be written after the changes; undefined for a part that they left as it was. */
  outcome(now: number): { document: FlagDocument | undefined; ledger: Ledger | undefined } {
    const records = (): Ledger['records'] => Object.fromEntries(withoutOld(this.#records, now));
    return {
      document: this.#edits.size > 0 ? this.document.with(this.#edits) : undefined,
      ledger: this.#ledgerChanged ? { ...this.#base, halted: this.#halted, records: records() } : undefined,
    };
  }
}
