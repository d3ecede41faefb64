import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { FileFlagStore } from '../../../activities/flags/file-store.ts';
import { keepReconciled } from '../../../activities/flags/keep.ts';
import { temporaryDirectory } from '../../support/flags.ts';
import { endAll, original, start } from '../../support/store/life.ts';
import { lookAt, lookAtTheEnd } from '../../support/store/look.ts';
import { storeIn } from '../../support/store/store-in.ts';

/** Ways to leave no room for a new file. */
const fillings = {
  'of data': (directory: string) => {
    const file = openSync(path.join(directory, 'filling'), 'w');
    untilFull(() => writeSync(file, Buffer.alloc(4_096)));
    closeSync(file);
  },
  'of names': (directory: string) => {
    let count = 0;
    untilFull(() => writeFileSync(path.join(directory, `filling-${(count += 1)}`), ''));
  },
};

/** Long after all deadlines. */
const late = (): number => start + 24 * 3_600_000;

it.each(Object.keys(fillings) as (keyof typeof fillings)[])(
  'a disk full %s delays a withdrawal until there is room, and shows nothing half-written',
  async (what) => {
    const directory = await smallDisk();
    const store = path.join(directory, 'store');
    const location = await storeIn(store, ['recordAll', 'applyAll']);
    const faulty = lookAt(location);
    fillings[what](directory);
    await expect(new FileFlagStore(location).change(() => ({ lever: null, answer: null }))).rejects.toMatchObject({
      code: 'ENOSPC',
    });

    const stop = new AbortController();
    const errors: unknown[] = [];
    const log = { warn: () => undefined, error: ({ err }: { err: unknown }) => void errors.push(err) };
    const kept = keepReconciled(new FileFlagStore(location), stop.signal, log as never, {}, late);
    try {
      for (const end = Date.now() + 2_000; Date.now() < end; await delay(5)) expect(lookAt(location)).toBe(faulty);
      expect(errors).toEqual([expect.objectContaining({ code: 'ENOSPC' })]);
      for (const name of readdirSync(directory)) if (name.startsWith('filling')) rmSync(path.join(directory, name));
      await expect.poll(() => lookAt(location), { timeout: 5_000 }).toBe(original);
    } finally {
      stop.abort();
      await kept;
    }
    await endAll(new FileFlagStore(location));
    await lookAtTheEnd(location);
  },
);

/** A file system of its own with little room. Throws where none may be mounted: this needs root. */
async function smallDisk(): Promise<string> {
  const disk = await temporaryDirectory();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,nr_inodes=64', 'tmpfs', disk]);
  onTestFinished(() => void execFileSync('umount', [disk]));
  return disk;
}

function untilFull(write: () => void): void {
  try {
    for (;;) write();
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  }
}
