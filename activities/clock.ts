/** A sample this old (ms) is given up, in case the server's own clock was set back. */
const keepFor = 600_000;

/**
 * The Temporal server's time, as far as its tasks tell it. A deadline is held against that time by the workflow's timer, so
 * it must be set in that time, too: this machine's clock may be wrong, or be set in the middle of an incident.
 */
export class ServerClock {
  #offset: number | undefined;
  #heardAt = 0;

  /** A task that has just arrived was scheduled at `time` (ms): later than that it is now, and the latest news are the best. */
  hear(time: number): void {
    const elapsed = performance.now();
    const offset = time - elapsed;
    if (this.#offset !== undefined && offset < this.#offset && elapsed - this.#heardAt < keepFor) return;
    this.#offset = offset;
    this.#heardAt = elapsed;
  }

  /** Now, in ms since the epoch; by this machine's clock until a task has told better. */
  now(): number {
    return this.#offset === undefined ? Date.now() : Math.round(performance.now() + this.#offset);
  }
}
