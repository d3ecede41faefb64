import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { takeLock } from '../../../activities/flags/lock.ts';
import { type Prepared, prepare } from '../../../activities/flags/replace.ts';
import { temporaryDirectory } from '../../support/flags.ts';

/** A file that holds `before`, and its next version, `after`. */
async function aFile(): Promise<{ file: string; next: Prepared }> {
  const file = path.join(await temporaryDirectory(), 'a.json');
  writeFileSync(file, 'before');
  const lock = await takeLock(`${file}.lock`, 1_000);
  onTestFinished(() => lock.release());
  return { file, next: await prepare(lock, file, 'after', { mode: 0o644 }) };
}

it('replaces what was expected', async () => {
  const { file, next } = await aFile();
  expect(await next.intoPlace({ text: 'before', isCurrent: () => true })).toBe(true);
  expect(readFileSync(file, 'utf8')).toBe('after');
});

it('leaves alone what is seen to be somebody else’s', async () => {
  const { file, next } = await aFile();
  expect(await next.intoPlace({ text: 'before', isCurrent: () => false })).toBe(false);
  expect(readFileSync(file, 'utf8')).toBe('before');
});

// the look answers that all is as it was, and somebody is quicker than the rename
it.each([
  ['writes the file anew', (file: string) => writeFileSync(file, 'edited')],
  [
    'renames another into its place',
    (file: string) => {
      writeFileSync(`${file}.next`, 'edited');
      renameSync(`${file}.next`, file);
    },
  ],
  ['has just emptied it to write it', (file: string) => writeFileSync(file, '')],
])('puts back the edit of one who %s right after the look', async (_how, edit) => {
  const { file, next } = await aFile();
  const isCurrent = (): boolean => {
    edit(file);
    return true;
  };
  expect(await next.intoPlace({ text: 'before', isCurrent })).toBe(false);
  expect(readFileSync(file, 'utf8')).not.toMatch(/before|after/);
  expect((await readdir(path.dirname(file))).toSorted()).toEqual(['a.json', 'a.json.lock']);
});

it('keeps the file of one who goes on writing into it', async () => {
  const { file, next } = await aFile();
  const editor = await open(file, 'w');
  onTestFinished(() => editor.close());
  expect(await next.intoPlace({ text: 'before', isCurrent: () => true })).toBe(false);
  await editor.writeFile('edited');
  expect(readFileSync(file, 'utf8')).toBe('edited');
});
