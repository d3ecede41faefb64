import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { FileFlagStore } from '../../activities/flags/file-store.ts';
import { handWritten } from './records.ts';

export { handWritten, newRecord } from './records.ts';

export type Cleanup = (work: () => Promise<void>) => void;

/** A directory that is gone when the test is. */
export async function temporaryDirectory(cleanup: Cleanup = onTestFinished): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'incidentfox-'));
  cleanup(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

export async function flagFile(text: string = handWritten): Promise<string> {
  const file = path.join(await temporaryDirectory(), 'demo.flagd.json');
  await writeFile(file, text);
  return file;
}

export async function fileStore(text?: string): Promise<FileFlagStore> {
  return new FileFlagStore(await flagFile(text));
}
