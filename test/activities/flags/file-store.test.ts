import { chmod, chown, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileFlagStore } from '../../../activities/flags/file-store.ts';
import { takeLock } from '../../../activities/flags/lock.ts';
import { fileStore, flagFile, handWritten, temporaryDirectory } from '../../support/flags.ts';

const flag = (variant: string) => ({ state: 'ENABLED', variants: { off: 0, [variant]: 1 }, defaultVariant: variant });

/** A change that gives a flag a variant. */
const setting = (variant: string, name: string) => () => ({
  flag: { name, text: JSON.stringify(flag(variant)) },
  answer: null,
});

describe('changing a flag file', () => {
  it('keeps its mode, gives the ledger 0600 and leaves nothing else behind', async () => {
    const store = await fileStore();
    await chmod(store.location, 0o640);
    await store.identify();
    await store.change(setting('on', 'paymentFailure'));
    expect((await stat(store.location)).mode & 0o777).toBe(0o640);
    expect((await stat(`${store.location}.ledger.json`)).mode & 0o777).toBe(0o600);
    expect((await readdir(path.dirname(store.location))).toSorted()).toEqual([
      'demo.flagd.json',
      'demo.flagd.json.ledger.json',
    ]);
  });

  it('loses no update among 20 writers with stores of their own, five each', async () => {
    const { location } = await fileStore();
    await Promise.all(
      Array.from({ length: 20 }, async (_, writer) => {
        const store = new FileFlagStore(location);
        for (let round = 0; round < 5; round += 1) {
          await store.change(setting('on', `flag-${writer}-${round}`));
        }
      }),
    );
    const { flags } = JSON.parse(await readFile(location, 'utf8')) as { flags: Record<string, unknown> };
    expect(Object.keys(flags).filter((name) => name.startsWith('flag-'))).toHaveLength(100);
  });

  it('never shows a reader anything but a whole document', async () => {
    const store = await fileStore();
    const written = new AbortController();
    const reads = (async () => {
      let count = 0;
      for (; !written.signal.aborted; count += 1) JSON.parse(await readFile(store.location, 'utf8'));
      return count;
    })();
    for (let round = 0; round < 50; round += 1) {
      await store.change(setting(`v${round}`, 'paymentFailure'));
    }
    written.abort();
    expect(await reads).toBeGreaterThan(50);
  });

  it('starts over when somebody edits the file in between', async () => {
    const store = await fileStore();
    let tries = 0;
    await store.change(() => {
      tries += 1;
      if (tries === 1) void writeFile(store.location, handWritten.replace('"on":true', '"on": true'));
      return setting('on', 'paymentFailure')();
    });
    const text = await readFile(store.location, 'utf8');
    expect(text).toContain('"on": true');
    expect(JSON.parse(text)).toMatchObject({ flags: { paymentFailure: flag('on') } });
  });

  it('follows a link to the file instead of replacing the link', async () => {
    const target = await flagFile();
    const link = path.join(await temporaryDirectory(), 'link.json');
    await symlink(target, link);
    const store = new FileFlagStore(link);
    await store.change(setting('on', 'paymentFailure'));
    expect(await readFile(target, 'utf8')).toContain('"on"');
  });
});

describe('the lock', () => {
  it('is broken when its holder does not let go, whose own write then fails', async () => {
    const store = await fileStore();
    const zombie = await takeLock(`${store.location}.lock`, 1_000);
    await writeFile(path.join(zombie.directory, 'demo.flagd.json'), '{"flags":{}}');
    await store.change(setting('on', 'paymentFailure'));
    const { rename } = await import('node:fs/promises');
    await expect(rename(path.join(zombie.directory, 'demo.flagd.json'), store.location)).rejects.toMatchObject({
      code: 'ENOENT',
    });
    await zombie.release();
    expect(await readFile(store.location, 'utf8')).toContain('"on"');
  });
});

describe('a flag file that cannot be used', () => {
  it.each([
    ['missing', 'flags-missing', (file: string) => rm(file)],
    ['a directory', 'flags-unreadable', (file: string) => rm(file).then(() => mkdir(file))],
    ['read-only', 'flags-read-only', (file: string) => chmod(file, 0o444)],
  ])('%s is named with %s', async (_what, code, spoil) => {
    const store = await fileStore();
    await store.identify().catch(() => undefined);
    await spoil(store.location);
    const change = store.change(setting('on', 'paymentFailure'));
    await expect(change).rejects.toMatchObject({ code });
    await expect(change).rejects.toThrow(store.location);
  });

  it('read-only is found without changing anything', async () => {
    const store = await fileStore();
    await chmod(store.location, 0o444);
    await expect(store.checkWritable()).rejects.toMatchObject({ code: 'flags-read-only' });
    expect(await readdir(path.dirname(store.location))).toEqual(['demo.flagd.json']);
  });

  it('a ledger that is torn is named and never replaced', async () => {
    const store = await fileStore();
    const ledger = `${store.location}.ledger.json`;
    await writeFile(ledger, '{"version":1,"lab":"x","rec');
    await expect(store.read()).rejects.toMatchObject({
      code: 'ledger-invalid',
      message: expect.stringContaining(ledger),
    });
    await expect(store.change(() => ({ lever: null, answer: null }))).rejects.toMatchObject({
      code: 'ledger-invalid',
    });
    expect(await readFile(ledger, 'utf8')).toBe('{"version":1,"lab":"x","rec');
  });

  it('a torn definition fails alone, not with the others in the same write', async () => {
    const store = await fileStore();
    const [, torn, twice, sound] = await Promise.allSettled([
      store.change(() => ({ answer: null })),
      store.change(() => ({ flag: { name: 'paymentFailure', text: '{"state":"ENA' }, answer: null })),
      store.change(() => ({ flag: { name: 'paymentFailure', text: '{}, "other": {}' }, answer: null })),
      store.change(setting('on', 'café')),
    ]);
    const refused = { status: 'rejected', reason: { code: 'flags-invalid' } };
    expect([torn, twice, sound]).toMatchObject([refused, refused, { status: 'fulfilled' }]);
    const { flags } = JSON.parse(await readFile(store.location, 'utf8')) as { flags: Record<string, unknown> };
    expect(flags['café']).toEqual(flag('on'));
  });

  it('a document that is not UTF-8 is refused, and still takes a withdrawal', async () => {
    const store = await fileStore();
    await writeFile(store.location, Buffer.from(handWritten.replace('café', 'caf\xe9'), 'latin1'));
    const { document } = await store.read();
    expect(() => document.flags('here')).toThrow('here is not UTF-8');
    await store.change(setting('on', 'paymentFailure'));
    expect(JSON.parse(await readFile(store.location, 'utf8'))).toMatchObject({ flags: { paymentFailure: flag('on') } });
  });

  it('a change that would leave an invalid document is not written', async () => {
    const store = await fileStore();
    await expect(store.change(() => ({ flag: { name: 'café', text: '{}' }, answer: null }))).rejects.toMatchObject({
      code: 'flags-invalid',
    });
    expect(await readFile(store.location, 'utf8')).toBe(handWritten);
  });
});

it.runIf(process.getuid?.() === 0)('a file of somebody else stays theirs when root changes it', async () => {
  const store = await fileStore();
  await chown(store.location, 1_234, 1_234);
  await store.change(setting('on', 'paymentFailure'));
  expect(await stat(store.location)).toMatchObject({ uid: 1_234, gid: 1_234 });
});
