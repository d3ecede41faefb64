import { realpathSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileFlagStore } from '../../../activities/flags/file-store.ts';
import { type Cleanup, temporaryDirectory } from '../../support/flags.ts';
import { drawCells } from '../../support/matrix.ts';
import { buildChildren, type Children, type How } from '../../support/store/children.ts';
import { endAll, preparation, type Step, steps } from '../../support/store/life.ts';
import { atMost } from '../../support/store/limit.ts';
import { comparable, ledgerOf, lookAt, lookAtTheEnd } from '../../support/store/look.ts';
import { copyOf, storeIn } from '../../support/store/store-in.ts';

const cleanups: Parameters<Cleanup>[0][] = [];
let directory: string;
let children: Children;
const [processes, looks] = [atMost(4), atMost(24)];
let points = 0;

beforeAll(async () => {
  directory = realpathSync(await temporaryDirectory((work) => cleanups.push(work)));
  children = await buildChildren(path.join(directory, 'programs'));
});
afterAll(async () => {
  for (const work of cleanups) await work();
  process.stdout.write(`${points} points of death\n`);
});

const hows: How[] = ['crash', 'undone', 'reordered'];

/** Deaths before each of a step's calls; in a sample before each once, in one way or another. */
function deathsIn(step: Step, calls: string[]) {
  const cells = hows.flatMap((how) =>
    calls.map((call, index) => ({ name: `${step}, ${how} before call ${index + 1}, ${call}`, kind: call, how, index })),
  );
  return drawCells(`dying in ${step}`, cells);
}

describe.each(Object.keys(preparation) as Step[])('%s', (step) => {
  it.each(hows)('survives "%s" before every call it makes', async (how) => {
    const prepared = await storeIn(path.join(directory, `${step}-${how}`, 'prepared'), preparation[step]);
    const undisturbed = copyOf(prepared, 'undisturbed');
    const whole = await children.start(step, undisturbed)[1];
    expect(whole).toMatchObject({ died: false, said: 'done' });
    const deaths = deathsIn(step, whole.calls).filter((death) => death.how === how);
    points += deaths.length;
    const cases = deaths.map(({ name, index }) =>
      looks(async () => {
        const call = whole.calls[index] ?? '';
        const location = copyOf(prepared, `${index + 1}`);
        try {
          const ended = await processes(() => children.start(step, location, index + 1, how)[1]);
          const said = call === 'end' ? 'done' : undefined;
          expect(ended).toMatchObject({ died: true, said, calls: whole.calls.slice(0, index + 1) });
          lookAt(location);
          if (said) lookAtTheSame(location, undisturbed);
          await survive(step, location, undisturbed, index);
        } catch (error) {
          throw new Error(`${name}: ${String(error)}`, { cause: error });
        }
      }),
    );
    const failures = (await Promise.allSettled(cases)).flatMap((result) =>
      result.status === 'rejected' ? [String(result.reason)] : [],
    );
    expect(failures).toEqual([]);
  });
});

/** A step that was broken off can be done again as if it had never been tried, and all ends well. */
async function survive(step: Step, location: string, undisturbed: string, index: number): Promise<void> {
  const store = new FileFlagStore(location);
  await steps[step](store);
  lookAtTheSame(location, undisturbed);
  // now by the reconciler, now by the workflows
  if (index % 2 === 0) await steps.reconcile(store);
  await endAll(store);
  await lookAtTheEnd(location);
}

function lookAtTheSame(location: string, other: string): void {
  expect(lookAt(location)).toBe(lookAt(other));
  expect(comparable(ledgerOf(location))).toEqual(comparable(ledgerOf(other)));
}
