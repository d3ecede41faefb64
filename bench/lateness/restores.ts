import { readFileSync, statSync } from 'node:fs';

const every = 10;
const mark = /"incident": "([^"]+)"/g;

/** Looks at the flag file all the time and notes when each incident's fault came and went (ms since the epoch). */
export class Restores {
  readonly #file: string;
  readonly #timer: NodeJS.Timeout;
  readonly #present = new Set<string>();
  #version = 0n;
  readonly goneAt = new Map<string, number>();

  constructor(file: string) {
    this.#file = file;
    this.#timer = setInterval(() => this.#look(), every);
  }

  /** How many faults are in force. */
  get inForce(): number {
    return this.#present.size;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { ctimeNs } = statSync(this.#file, { bigint: true });
    if (ctimeNs === this.#version) return;
    this.#version = ctimeNs;
    const text = readFileSync(this.#file, 'utf8');
    const now = Date.now();
    // copied: a part of a string keeps all of it in memory, and these are kept while there are thousands of versions
    const incidents = new Set(Array.from(text.matchAll(mark), ([, incident = '']) => Buffer.from(incident).toString()));
    for (const incident of [...this.#present].filter((id) => !incidents.has(id))) {
      this.goneAt.set(incident, now);
      this.#present.delete(incident);
    }
    for (const incident of incidents) this.#present.add(incident);
  }
}
