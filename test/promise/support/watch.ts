import { readFileSync } from 'node:fs';
import { FlagDocument } from '../../../activities/flags/document.ts';

const every = 5;

/** Looks at a flag in its file all the time, as a service that reads it would, and notes when it was broken and restored. */
export class FlagWatch {
  readonly #file: string;
  readonly #flag: string;
  readonly #before: string | undefined;
  readonly #timer: NodeJS.Timeout;
  #seen: string | undefined;
  /** the whole document as last read: one that is the same need not be parsed again */
  #text: string | undefined;
  /** when the flag was first seen to differ from what it was (ms since the epoch) */
  brokenAt: number | undefined;
  /** when it was last seen to become again what it was */
  restoredAt: number | undefined;
  /** how often it became different */
  times = 0;

  constructor(file: string, flag: string) {
    this.#file = file;
    this.#flag = flag;
    this.#before = this.#read();
    this.#seen = this.#before;
    this.#timer = setInterval(() => this.look(), every);
  }

  get isWhole(): boolean {
    this.look();
    return this.#seen === this.#before;
  }

  /** What was seen until now, for the message of what fails. */
  get seen(): object {
    return { brokenAt: at(this.brokenAt), restoredAt: at(this.restoredAt), times: this.times };
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** One look more, for a moment that a busy machine must not miss. */
  look(): void {
    const text = this.#read();
    if (text === this.#seen) return;
    this.#seen = text;
    if (text === this.#before) this.restoredAt = Date.now();
    else {
      this.times += 1;
      this.brokenAt ??= Date.now();
    }
  }

  /** A file that is away or empty for a moment tells nothing. */
  #read(): string | undefined {
    try {
      const text = readFileSync(this.#file, 'utf8');
      if (text === this.#text) return this.#seen;
      const flag = new FlagDocument(text).flag(this.#flag);
      this.#text = text;
      return flag;
    } catch {
      return this.#seen;
    }
  }
}

function at(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
