import { checkFlag, requireSound } from './check.ts';
import type { Change, StoreState } from './state.ts';

/** A change that waits to be written, and who asked for it. */
export interface Pending {
  step: (state: StoreState) => Change<unknown>;
  resolve: (answer: unknown) => void;
  reject: (error: unknown) => void;
}

/** Changes asked for at the same time share one write, and writes come one after the other. */
export class ChangeQueue {
  readonly #commit: (batch: Pending[]) => Promise<void>;
  #waiting: Pending[] = [];
  #draining = false;

  /** `commit` writes a batch and tells who asked; what it throws is told to all of them. */
  constructor(commit: (batch: Pending[]) => Promise<void>) {
    this.#commit = commit;
  }

  add<T>(step: (state: StoreState) => Change<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ step, resolve: resolve as (answer: unknown) => void, reject });
      void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0);
      await this.#commit(batch).catch((error: unknown) => batch.forEach(({ reject }) => reject(error)));
    }
    this.#draining = false;
  }
}

/**
 * Runs each step on what the one before left; a step that throws changes nothing and fails alone, as does one whose flag has no
 * place in the document at `location`, or, looked for where `suspicious`, is unsound. Answers how to tell those who asked, once
 * all is written.
 */
export function runSteps(batch: Pending[], state: StoreState, location: string, suspicious: boolean): () => void {
  const outcomes = batch.map(({ step, resolve, reject }) => {
    try {
      const change = step(state);
      if (change.flag) state.document.requirePlaceFor(change.flag.name, location);
      if (suspicious && change.flag) requireSound(checkFlag(change.flag.name, change.flag.text), location);
      state.apply(change);
      return () => resolve(change.answer);
    } catch (error) {
      return () => reject(error);
    }
  });
  return () => outcomes.forEach((tell) => tell());
}
