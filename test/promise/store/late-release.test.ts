import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { FileFlagStore } from '../../../activities/flags/file-store.ts';
import { withdrawFault } from '../../../activities/flags/withdraw.ts';
import { temporaryDirectory } from '../../support/flags.ts';
import { buildChildren, stateOf } from '../../support/store/children.ts';
import { firstEntry, preparation, steps } from '../../support/store/life.ts';
import { ledgerOf, lookAt, lookAtTheEnd } from '../../support/store/look.ts';
import { copyOf, storeIn } from '../../support/store/store-in.ts';

it('paused right before it lets go of the lock, a process may take away that of another, who starts over', async () => {
  const directory = realpathSync(await temporaryDirectory());
  const children = await buildChildren(path.join(directory, 'programs'));
  const prepared = await storeIn(path.join(directory, 'prepared'), preparation.apply);
  const { calls } = await children.start('apply', copyOf(prepared, 'undisturbed'))[1];
  const release = calls.lastIndexOf('rename demo.flagd.json.lock demo.flagd.json.lock.…');
  const location = copyOf(prepared, 'disturbed');
  const [child, ended] = children.start('apply', location, release + 1, 'paused');
  try {
    await expect.poll(() => stateOf(child)).toBe('T');
    const entry = firstEntry(ledgerOf(location).lab);
    const store = new FileFlagStore(location);
    let attempts = 0;
    await store.change((state) => {
      attempts += 1;
      // this process has the lock now, having broken the other's, who wakes up and takes it away
      child.kill('SIGCONT');
      if (attempts === 1) while (stateOf(child) !== 'Z');
      return withdrawFault(state, entry.firstRunId, entry, { by: 'workflow' }, Date.now());
    });
    expect(attempts).toBe(2);
    expect(await ended).toMatchObject({ said: 'done' });
    expect(lookAt(location)).toBe(readFileSync(prepared, 'utf8'));
    await steps.close(store);
    await lookAtTheEnd(location);
  } finally {
    child.kill('SIGKILL');
  }
});
