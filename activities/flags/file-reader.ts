import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Expected } from './replace.ts';

/** What a file held, and whether it still does. */
export interface Look<T> extends Expected {
  value: T;
}

/** A file changed this recently (ms) can change again within one tick of the file system's clock, unseen. */
const clockTick = 50;

/** `isText`: whether the file is UTF-8; what is not, stands as U+FFFD in `text`. */
type Parse<T> = (text: string, file: string, isText: boolean) => T;

interface Seen<T> {
  /** tells the file's versions apart; undefined where this is what was written, not yet read again */
  signature: string | undefined;
  text: string;
  value: T;
}

/** Reads and parses a file again only when it has changed: a look at one that has not costs a stat. */
export class FileReader<T> {
  readonly #parse: Parse<T>;
  #seen: Seen<T> | undefined;

  constructor(parse: Parse<T>) {
    this.#parse = parse;
  }

  /** The file's value, undefined where there is none. Throws what reading or parsing throws. */
  async read(file: string): Promise<T | undefined> {
    try {
      return (await this.look(file)).value;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** The file's value and text, and a look whether it is still that: a stat, and for a file that is very new its text. */
  async look(file: string): Promise<Look<T>> {
    let seen = this.#seen;
    const signature = sign(file);
    if (!seen || signature === undefined || seen.signature !== signature) {
      const bytes = await readFile(file);
      const text = bytes.toString();
      const value = seen?.text === text ? seen.value : this.#parse(text, file, isUtf8(bytes));
      this.#seen = seen = { signature, text, value };
    }
    const { text, value } = seen;
    const isCurrent = (): boolean =>
      signature === undefined ? readFileSync(file, 'utf8') === text : sign(file) === signature;
    return { value, text, isCurrent };
  }

  /** What has just been written need not be parsed again. */
  remember(text: string, value: T): void {
    this.#seen = { signature: undefined, text, value };
  }
}

/** Undefined for a file that was changed a moment ago: its next version may not be told apart. Throws where there is none. */
function sign(file: string): string | undefined {
  const { dev, ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
  const age = Date.now() - Number(ctimeNs / 1_000_000n);
  return age > clockTick ? `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}` : undefined;
}
