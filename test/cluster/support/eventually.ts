import { setTimeout as delay } from 'node:timers/promises';

/** Repeats `step` until it does not throw, for half a minute at most; answers what it answered. */
export async function eventually<T>(what: string, step: () => Promise<T>, limit = 30_000): Promise<T> {
  const end = performance.now() + limit;
  for (;;) {
    try {
      return await step();
    } catch (error) {
      if (performance.now() > end) throw new Error(`Not within ${limit} ms: ${what}`, { cause: error });
    }
    await delay(50);
  }
}
