import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ServerClock } from '../../activities/clock.ts';

const hour = 3_600_000;

/** Asks in vain: the server is away. */
const inVain = (): Promise<never> => Promise.reject(new Error('no answer'));

/** How far a clock is from this machine's (ms). */
function ahead(clock: ServerClock): number {
  return clock.now() - Date.now();
}

/** Of `toBeCloseTo`: within 50 ms. */
const roughly = -2;

it("is this machine's clock until a task has told of the server's", () => {
  expect(ahead(new ServerClock())).toBeCloseTo(0, roughly);
});

it.each([
  ['ahead', hour],
  ['behind', -hour],
])("follows a server that is an hour %s of this machine's clock", async (_what, offset) => {
  const clock = new ServerClock();
  await clock.hear(Date.now() + offset, inVain);
  expect(ahead(clock)).toBeCloseTo(offset, roughly);
});

it('believes the task that came the quickest: one that waited tells of a time long past', async () => {
  const clock = new ServerClock();
  await clock.hear(Date.now(), inVain);
  await clock.hear(Date.now() - 30_000, inVain);
  expect(ahead(clock)).toBeCloseTo(0, roughly);
});

it('asks the server where its first task, or one that tells of a later time, may have waited', async () => {
  const clock = new ServerClock();
  await clock.hear(Date.now() - 30_000, async () => Date.now());
  expect(ahead(clock)).toBeCloseTo(0, roughly);
  await clock.hear(Date.now() + hour, async () => Date.now() + 2 * hour);
  expect(ahead(clock)).toBeCloseTo(2 * hour, roughly);
});

it('asks once for many tasks that come at once, and not for what it knows', async () => {
  const clock = new ServerClock();
  let asked = 0;
  const ask = async (): Promise<number> => {
    asked += 1;
    await setImmediate();
    return Date.now();
  };
  await Promise.all(Array.from({ length: 100 }, (_, n) => clock.hear(Date.now() - n * 1_000, ask)));
  await clock.hear(Date.now() - 5, ask);
  expect(asked).toBe(1);
  expect(ahead(clock)).toBeCloseTo(0, roughly);
});

it('does with the task alone where the server does not answer, or know it any more', async () => {
  const clock = new ServerClock();
  await clock.hear(Date.now() - 40_000, inVain);
  expect(ahead(clock)).toBeCloseTo(-40_000, roughly);
  await clock.hear(Date.now() - 30_000, async () => undefined);
  expect(ahead(clock)).toBeCloseTo(-30_000, roughly);
  await clock.hear(Date.now(), inVain);
  expect(ahead(clock)).toBeCloseTo(0, roughly);
});
