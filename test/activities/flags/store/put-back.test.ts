import { realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { FileFlagStore } from '../../../../activities/flags/file-store.ts';
import { temporaryDirectory } from '../../../support/flags.ts';
import { buildChildren } from '../../../support/store/children.ts';
import { original, steps } from '../../../support/store/life.ts';
import { atMost } from '../../../support/store/limit.ts';
import { lookAt, lookAtTheEnd } from '../../../support/store/look.ts';
import { copyOf, storeIn } from '../../../support/store/store-in.ts';

const processes = atMost(4);

it('a fault that an editor put back is withdrawn by whoever comes next, where closing its record was broken off', async () => {
  const directory = realpathSync(await temporaryDirectory());
  const children = await buildChildren(path.join(directory, 'programs'));
  const prepared = await storeIn(path.join(directory, 'prepared'), ['record', 'apply']);
  const faulty = lookAt(prepared);
  await steps.withdraw(new FileFlagStore(prepared));
  writeFileSync(prepared, faulty);
  const { calls } = await children.start('close', copyOf(prepared, 'undisturbed'))[1];
  const cases = calls.map(async (_call, index) => {
    const location = copyOf(prepared, `${index + 1}`);
    const ended = await processes(() => children.start('close', location, index + 1)[1]);
    // for a moment the fault may stand there with a closed record: the reconciler knows it by its marker
    const store = new FileFlagStore(location);
    await steps.reconcile(store);
    const text = lookAt(location);
    await steps.close(store);
    await lookAtTheEnd(location);
    return [ended.died, text];
  });
  expect(await Promise.all(cases)).toEqual(calls.map(() => [true, original]));
});
