import { mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../../../support/flags.ts';
import { buildChildren, type How } from '../../../support/store/children.ts';

// Proof that the ways to die are as bad as they claim: a program that makes nothing durable is seen to lose it.
it.each<[How, string, number]>([
  ['crash', 'new', 0o644],
  ['undone', 'old', 0o444],
  ['reordered', '', 0o600],
])('dying by "%s" leaves a careless writer with "%s"', async (how, text, mode) => {
  const directory = realpathSync(await temporaryDirectory());
  const children = await buildChildren(path.join(directory, 'programs'));
  const at = path.join(directory, 'at');
  mkdirSync(at);
  writeFileSync(path.join(at, 'text'), 'old', { mode: 0o444 });
  const { calls, died } = await children.careless(at, 7, how);
  expect({ died, last: calls.at(-1) }).toEqual({ died: true, last: 'rm text' });
  expect(readFileSync(path.join(at, 'text'), 'utf8')).toBe(text);
  expect(statSync(path.join(at, 'text')).mode & 0o777).toBe(mode);
});
