import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { processRef } from '../../../lab/process.ts';
import { claim } from '../../../lab/supervisor/claim.ts';
import { temporaryDirectory } from '../../support/flags.ts';

async function self() {
  const ref = await processRef(process.pid);
  if (!ref) throw new Error('this process is not there');
  return ref;
}

it('is had by one process while that lives', async () => {
  const file = path.join(await temporaryDirectory(), 'supervisor.json');
  await claim(file, await self());
  const other = await processRef(process.ppid);
  if (!other) throw new Error('no parent');
  expect(await claim(file, other)).toEqual(await self());
  expect(await readdir(path.dirname(file))).toEqual(['supervisor.json']);
});

it.each([
  ['of a process that is gone', JSON.stringify({ pid: 2 ** 22 - 1, started: '1' })],
  ['of an older process with the same id', JSON.stringify({ pid: process.pid, started: '1' })],
  ['that is torn', '{"pid":'],
  ['that is empty', ''],
])('takes over a claim %s', async (_what, text) => {
  const file = path.join(await temporaryDirectory(), 'supervisor.json');
  await writeFile(file, text);
  expect(await claim(file, await self())).toBeUndefined();
});

it('fails where the directory cannot hold it', async () => {
  const file = path.join(await temporaryDirectory(), 'missing', 'supervisor.json');
  await expect(claim(file, await self())).rejects.toMatchObject({ code: 'ENOENT' });
  await mkdir(path.dirname(file));
  expect(await claim(file, await self())).toBeUndefined();
});
