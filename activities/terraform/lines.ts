import { type FileHandle, open } from 'node:fs/promises';

const chunkSize = 64 * 1_024;
/** Of a line that is longer nothing is kept (bytes). */
const longestLine = 1_024 * 1_024;

/** Reads the lines of a file that grows, in little space. */
export class Lines {
  readonly #file: string;
  readonly #chunk = Buffer.alloc(chunkSize);
  #handle: FileHandle | undefined;
  #offset = 0;
  #partial: Buffer[] = [];
  #length = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** Hands over the lines that have come since. */
  async read(onLine: (line: string) => void): Promise<void> {
    this.#handle ??= await open(this.#file, 'r').catch(() => undefined);
    if (!this.#handle) return;
    for (;;) {
      const { bytesRead } = await this.#handle.read(this.#chunk, 0, chunkSize, this.#offset);
      if (bytesRead === 0) return;
      this.#offset += bytesRead;
      this.#split(this.#chunk.subarray(0, bytesRead), onLine);
    }
  }

  /** Hands over what came after the last end of a line. */
  async close(onLine: (line: string) => void): Promise<void> {
    if (this.#length > 0) this.#endLine(onLine);
    await this.#handle?.close();
  }

  #split(bytes: Buffer, onLine: (line: string) => void): void {
    let from = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      this.#keep(bytes.subarray(from, end));
      this.#endLine(onLine);
      from = end + 1;
    }
    this.#keep(bytes.subarray(from));
  }

  #keep(bytes: Buffer): void {
    this.#length += bytes.length;
    if (this.#length > longestLine) this.#partial = [];
    else this.#partial.push(Buffer.from(bytes));
  }

  #endLine(onLine: (line: string) => void): void {
    if (this.#length <= longestLine) onLine(Buffer.concat(this.#partial).toString());
    this.#partial = [];
    this.#length = 0;
  }
}
