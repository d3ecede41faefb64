import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { FileFlagStore } from '../../../activities/flags/file-store.ts';
import { temporaryDirectory } from '../../support/flags.ts';
import { Meter } from '../../support/meter.ts';
import { buildChildren, type Children, stateOf } from '../../support/store/children.ts';
import { original, preparation, type Step, steps } from '../../support/store/life.ts';
import { atMost } from '../../support/store/limit.ts';
import { ledgerOf, lookAt, lookAtTheEnd } from '../../support/store/look.ts';
import { copyOf, storeIn } from '../../support/store/store-in.ts';

const processes = atMost(8);

// the steps whose late write would do harm: bring back a fault, or an open record
it.each<Step>(['record', 'apply', 'extend'])(
  'paused anywhere in "%s" with the lock, it holds up no withdrawal and changes nothing when it wakes up',
  async (step) => {
    const directory = realpathSync(await temporaryDirectory());
    const children = await buildChildren(path.join(directory, 'programs'));
    const prepared = await storeIn(path.join(directory, 'prepared'), [...(preparation[step] ?? [])]);
    const { calls } = await children.start(step, copyOf(prepared, 'undisturbed'))[1];
    const lastWrite = calls.findLastIndex((call) => call.startsWith('rename demo.flagd.json.lock/'));
    const holding = calls.map((_call, index) =>
      processes(async () => {
        const refusal = index > lastWrite ? 'done' : 'record-closed';
        return await pause(children, step, copyOf(prepared, `${index + 1}`), index + 1, refusal);
      }),
    );
    const results = await Promise.allSettled(holding);
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
    const held = results.filter((result) => result.status === 'fulfilled' && result.value);
    expect(held.length).toBeGreaterThan(lastWrite - 2);
  },
);

/** Answers whether the process held the lock where it was paused. */
async function pause(children: Children, step: Step, location: string, before: number, says: string): Promise<boolean> {
  const [child, ended] = children.start(step, location, before, 'paused');
  try {
    await expect.poll(() => stateOf(child), { interval: 20 }).toBe('T');
    const held = existsSync(`${location}.lock`);
    await withdraw(location);
    const [document, ledger] = [lookAt(location), ledgerOf(location)];
    child.kill('SIGCONT');
    expect(await ended).toMatchObject({ died: false, said: says });
    expect(lookAt(location)).toBe(document);
    expect(ledgerOf(location)).toEqual(ledger);
    await lookAtTheEnd(location);
    return held;
  } finally {
    child.kill('SIGKILL');
  }
}

/** Withdraws as the workflow would, from this process. */
async function withdraw(location: string): Promise<void> {
  const meter = new Meter(() => []);
  const started = Date.now();
  const store = new FileFlagStore(location);
  await steps.withdraw(store);
  await steps.close(store);
  const ended = Date.now();
  meter.stop();
  expect(ended - started).toBeLessThan(3_000 + meter.between(started, ended));
  expect(lookAt(location)).toBe(original);
}
