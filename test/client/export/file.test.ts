import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { requireSafePlace, writeSecretFile } from '../../../client/export/file.ts';
import { shellWord } from '../../../client/export/shell.ts';
import { temporaryDirectory } from '../../support/flags.ts';

let directory: string;
const inside = (...names: string[]): string => path.join(directory, ...names);
const safe = (file: string, force = false) => requireSafePlace(file, force);
const refused = (message: RegExp) => ({ code: 'export-refused', exitCode: 3, message: expect.stringMatching(message) });

beforeEach(async () => {
  directory = await temporaryDirectory();
});

describe('a place for secrets', () => {
  it('is a file that is not there, of any name', async () => {
    for (const name of ['secrets.env', 'geheim ü 秘密.csv', "it's $x"])
      await expect(safe(inside(name))).resolves.toBe(inside(name));
  });

  it('is told by its real path', async () => {
    await mkdir(inside('real'));
    await symlink(inside('real'), inside('link'));
    await expect(safe(inside('link', 'a'))).resolves.toBe(inside('real', 'a'));
  });

  it('is no file that is there, unless told', async () => {
    await writeFile(inside('a'), 'mine');
    await expect(safe(inside('a'))).rejects.toMatchObject(refused(/a is there already$/));
    await expect(safe(inside('a'), true)).resolves.toBe(inside('a'));
  });

  it.each([
    ['.', /is a directory$/],
    ['link', /is a symbolic link$/],
    ['dangling', /is a symbolic link$/],
    ['missing/a', /its directory is not there$/],
    ['file/a', /its directory is a file$/],
    ['circle/a', /circle of symbolic links$/],
    ['x'.repeat(300), /its name is too long$/],
  ])('is never %s', async (name, message) => {
    await writeFile(inside('file'), '');
    await symlink(inside('file'), inside('link'));
    await symlink(inside('nowhere'), inside('dangling'));
    await symlink('circle', inside('circle'));
    for (const force of [false, true]) {
      await expect(safe(inside(name), force)).rejects.toMatchObject(refused(message));
    }
  });

  it('is no device', async () => {
    await expect(safe('/dev/null', true)).rejects.toMatchObject(refused(/is no plain file$/));
  });

  it('is not in a git work tree, a linked one or a submodule, nor behind a link to one, unless told', async () => {
    await mkdir(inside('tree', '.git'), { recursive: true });
    await mkdir(inside('tree', 'deep', 'er'), { recursive: true });
    await mkdir(inside('linked', 'deep'), { recursive: true });
    await writeFile(inside('linked', '.git'), 'gitdir: /elsewhere\n');
    await symlink(inside('tree', 'deep'), inside('harmless'));
    for (const [at, tree] of [
      ['tree', 'tree'],
      ['tree/deep/er', 'tree'],
      ['linked/deep', 'linked'],
      ['harmless', 'tree'],
    ] as const) {
      const message = new RegExp(`would be in the git work tree ${inside(tree)},`);
      await expect(safe(inside(at, 'a'))).rejects.toMatchObject(refused(message));
      await expect(safe(inside(at, 'a'), true)).resolves.toMatch(/\/a$/);
    }
  });
});

describe('a file of secrets', () => {
  it.each([false, true])('is for its owner alone, also where the umask takes nothing (force: %s)', async (force) => {
    const before = process.umask(0);
    try {
      await writeSecretFile(inside('a'), 'secret', force);
    } finally {
      process.umask(before);
    }
    expect((await stat(inside('a'))).mode & 0o777).toBe(0o600);
    expect(await readFile(inside('a'), 'utf8')).toBe('secret');
    expect(await readdir(directory)).toEqual(['a']);
  });

  it('is not written over one that came meanwhile, nor through a link that did', async () => {
    await writeFile(inside('theirs'), 'theirs');
    await symlink(inside('theirs'), inside('link'));
    await symlink(inside('nowhere'), inside('dangling'));
    for (const name of ['theirs', 'link', 'dangling']) {
      await expect(writeSecretFile(inside(name), 'secret', false)).rejects.toMatchObject(
        refused(/made by somebody else$/),
      );
    }
    expect(await readFile(inside('theirs'), 'utf8')).toBe('theirs');
    expect((await readdir(directory)).toSorted()).toEqual(['dangling', 'link', 'theirs']);
  });

  it('replaces one that everybody could read with one for its owner alone, when told', async () => {
    await writeFile(inside('a'), 'old', { mode: 0o644 });
    await writeSecretFile(inside('a'), 'secret', true);
    expect((await stat(inside('a'))).mode & 0o777).toBe(0o600);
    expect(await readFile(inside('a'), 'utf8')).toBe('secret');
  });
});

it.each([
  ['/tmp/a-b_c.env', '/tmp/a-b_c.env'],
  ['/tmp/a b', "'/tmp/a b'"],
  ["/tmp/it's", String.raw`'/tmp/it'\''s'`],
  ['/tmp/秘密', "'/tmp/秘密'"],
])('%s is a word of a shell', (text, word) => {
  expect(shellWord(text)).toBe(word);
});
