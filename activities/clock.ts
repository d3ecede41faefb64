/** A sample this old (ms) is given up, in case the server's own clock was set back. */
const keepFor = 600_000;
/** A task that puts this clock forward by more (ms) may itself have waited: then the server is asked. */
const noticeable = 100;

/**
 * The Temporal server's time, as far as its tasks tell it. A deadline is held against that time by the workflow's timer, so
 * it must be set in that time, too: this machine's clock may be wrong, or be set in the middle of an incident.
 */
export class ServerClock {
  #offset: number | undefined;
  #heardAt = 0;
  #asking: Promise<void> | undefined;

  /**
   * A task that has just arrived was scheduled at `scheduled` (ms): later than that it is now. How much later, only the server
   * knows: the first task of a worker may have waited for one for long. So where the task is news, `ask` is asked for when the server
   * gave it out, in ms; what it throws is as no answer.
   */
  async hear(scheduled: number, ask: () => Promise<number | undefined>): Promise<void> {
    const elapsed = performance.now();
    const [offset, age] = [scheduled - elapsed, elapsed - this.#heardAt];
    if (this.#offset === undefined || offset > this.#offset + noticeable || age > keepFor) {
      this.#asking ??= this.#ask(elapsed, ask);
      await this.#asking;
    }
    // the latest news are the best
    this.#offset = Math.max(this.#offset ?? offset, offset);
  }

  /** Now, in ms since the epoch; by this machine's clock until a task has told better. */
  now(): number {
    return this.#offset === undefined ? Date.now() : Math.round(performance.now() + this.#offset);
  }

  async #ask(elapsed: number, ask: () => Promise<number | undefined>): Promise<void> {
    const given = await ask().catch(() => undefined);
    this.#asking = undefined;
    if (given === undefined) return;
    this.#offset = given - elapsed;
    this.#heardAt = elapsed;
  }
}
