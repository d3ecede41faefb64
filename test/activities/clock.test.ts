import { expect, it } from 'vitest';
import { ServerClock } from '../../activities/clock.ts';

it("is this machine's clock until a task has told of the server's", () => {
  expect(Math.abs(new ServerClock().now() - Date.now())).toBeLessThan(50);
});

it.each([
  ['ahead', 3_600_000],
  ['behind', -3_600_000],
])("follows a server that is an hour %s of this machine's clock", (_what, offset) => {
  const clock = new ServerClock();
  clock.hear(Date.now() + offset);
  expect(Math.abs(clock.now() - (Date.now() + offset))).toBeLessThan(50);
});

it('believes the task that came the quickest: one that waited tells of a time long past', () => {
  const clock = new ServerClock();
  clock.hear(Date.now());
  clock.hear(Date.now() - 30_000);
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(50);
});
