import { setTimeout as delay } from 'node:timers/promises';
import { run } from '../activities/command.ts';

/** Milliseconds that a command takes as a whole process. */
export async function timeCommand(file: string, args: string[], env?: NodeJS.ProcessEnv): Promise<number> {
  const began = performance.now();
  await run(file, args, { env });
  return performance.now() - began;
}

/** The middle of the sorted values. */
export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Runs each of the measurements in turn, `rounds` times after one that is not counted, and answers their medians. */
export async function inTurn<Name extends string>(
  rounds: number,
  measurements: Record<Name, () => Promise<number>>,
): Promise<Record<Name, number>> {
  const taken = Object.fromEntries(Object.keys(measurements).map((name) => [name, []])) as unknown as Record<
    Name,
    number[]
  >;
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of Object.keys(measurements) as Name[]) {
      const value = await measurements[name]();
      if (round > 0) taken[name].push(value);
    }
  }
  return Object.fromEntries(Object.entries<number[]>(taken).map(([name, values]) => [name, median(values)])) as Record<
    Name,
    number
  >;
}

/** Resolves when a condition is true; throws, saying for what it waited, where it is not within `limit` ms. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  limit: number,
  what: string,
): Promise<void> {
  const end = performance.now() + limit;
  for (;;) {
    const asked = performance.now();
    if (await condition()) return;
    if (performance.now() > end) throw new Error(`Not within ${limit} ms: ${what}`);
    // looking must not take more than a share of the machine from what is looked at
    await delay(Math.max(20, (performance.now() - asked) * 5));
  }
}
