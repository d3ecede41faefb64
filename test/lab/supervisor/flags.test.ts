import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { recordFault } from '../../../activities/flags/apply.ts';
import { FileFlagStore } from '../../../activities/flags/file-store.ts';
import { projectRoot } from '../../../environments/root.ts';
import { placeFlags } from '../../../lab/supervisor/flags.ts';
import { newRecord, temporaryDirectory } from '../../support/flags.ts';

const shipped = (version: string) =>
  readFile(path.join(projectRoot, 'lab/flags', `demo-${version}.flagd.json`), 'utf8');
const place = async () => path.join(await temporaryDirectory(), 'flags', 'demo.flagd.json');

it('places the newest demo, or the one that is asked for', async () => {
  const file = await place();
  expect(await placeFlags(file, undefined, null)).toBe('3.0.0');
  expect(await readFile(file, 'utf8')).toBe(await shipped('3.0.0'));
  expect(await placeFlags(file, '2.2.0', '3.0.0')).toBe('2.2.0');
  expect(await readFile(file, 'utf8')).toBe(await shipped('2.2.0'));
});

it('keeps a document that is there, with what somebody made of it', async () => {
  const file = await place();
  await placeFlags(file, undefined, null);
  const edited = (await readFile(file, 'utf8')).replace('"off": false', '"off":  false');
  await writeFile(file, edited);
  expect(await placeFlags(file, undefined, '3.0.0')).toBe('3.0.0');
  expect(await placeFlags(file, '3.0.0', '3.0.0')).toBe('3.0.0');
  expect(await readFile(file, 'utf8')).toBe(edited);
});

it('does not replace flags under an incident', async () => {
  const file = await place();
  await placeFlags(file, undefined, null);
  const store = new FileFlagStore(file);
  const entry = newRecord(await store.identify(), (await store.read()).document.text);
  await store.change((state) => recordFault(state, 'run', entry, Date.now()));
  await expect(placeFlags(file, '2.2.0', '3.0.0')).rejects.toMatchObject({ code: 'incidents-active' });
  expect(await readFile(file, 'utf8')).toBe(await shipped('3.0.0'));
});
