import { once } from 'node:events';
import { expect, it } from 'vitest';
import { within } from '../../activities/within.ts';

const until = async (limit: AbortSignal): Promise<never> => {
  if (!limit.aborted) await once(limit, 'abort');
  throw limit.reason;
};

const never = (): Promise<void> => Promise.reject(new Error('it was begun'));

it('answers what the step does', async () => {
  expect(await within(60_000, undefined, () => Promise.resolve(7))).toBe(7);
});

it('ends a step that takes too long, also with a signal that is never aborted', async () => {
  await expect(within(10, undefined, until)).rejects.toThrow('no answer within 0.01 s');
  await expect(within(10, new AbortController().signal, until)).rejects.toThrow('no answer within');
});

it('ends it when the signal is aborted, with its reason', async () => {
  const stop = new AbortController();
  const ended = within(60_000, stop.signal, until);
  stop.abort(new Error('cancelled'));
  await expect(ended).rejects.toThrow('cancelled');
  await expect(within(60_000, stop.signal, never)).rejects.toThrow('cancelled');
});
