import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { FlagDocument } from '../../../activities/flags/document.ts';

/**
 * Another program that edits a flag of its own in the same file, all the time, as such programs do: it reads the document,
 * changes its flag and writes the whole back, in turn in place and by a rename. It knows nothing of locks.
 */
export class Editor {
  readonly #file: string;
  readonly #flag: string;
  readonly #timer: NodeJS.Timeout;
  #edits = 0;
  /** edits that were not there any more at the next one, by how they were written */
  readonly lost = { inPlace: 0, byRename: 0 };

  constructor(file: string, flag: string, every = 50) {
    this.#file = file;
    this.#flag = flag;
    this.#timer = setInterval(() => this.#edit(), every);
  }

  get edits(): number {
    return this.#edits;
  }

  /** Ends editing; answers the text of its flag as it must stand. */
  stop(): string {
    clearInterval(this.#timer);
    return this.#text(this.#edits);
  }

  #edit(): void {
    const document = new FlagDocument(readFileSync(this.#file, 'utf8'));
    if (this.#edits > 0 && document.flag(this.#flag) !== this.#text(this.#edits)) {
      this.lost[this.#edits % 2 === 0 ? 'inPlace' : 'byRename'] += 1;
    }
    this.#edits += 1;
    const next = document.with(new Map([[this.#flag, this.#text(this.#edits)]])).text;
    if (this.#edits % 2 === 0) return writeFileSync(this.#file, next);
    writeFileSync(`${this.#file}.edited`, next);
    renameSync(`${this.#file}.edited`, this.#file);
  }

  #text(edit: number): string {
    return `{"state": "ENABLED", "variants": {"on": ${edit}}, "defaultVariant": "on"}`;
  }
}
