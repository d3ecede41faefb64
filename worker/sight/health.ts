/** How long the reconcile loop may be without a turn (ms). */
const patience = 60_000;

/** Whether a process is well: its reconcile loop turns, and it does what it is there for. */
export class Health {
  #rounds = 0;
  #turnedAt = performance.now();
  /** why it is not ready; undefined where it is */
  whyNotReady: () => string | undefined = () =>
    // a round is told of when it begins
    this.#rounds > 1 ? undefined : 'the reconciler has not been through its first round';

  roundTurned(): void {
    this.#rounds += 1;
    this.#turnedAt = performance.now();
  }

  whyNotWell(): string | undefined {
    const since = performance.now() - this.#turnedAt;
    return since > patience ? `the reconcile loop has not turned for ${Math.floor(since / 1_000)} s` : undefined;
  }
}
