import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, type ProcessRef } from '../process.ts';

/**
 * Claims something for a process (the lab, a port) by a file with its id in it; a file whose process is dead is taken over.
 * Answers the living process that has it, undefined where it is now `self`'s.
 */
export async function claim(file: string, self: ProcessRef): Promise<ProcessRef | undefined> {
  const own = JSON.stringify(self);
  const draft = `${file}.${self.pid}`;
  await writeFile(draft, own, { mode: 0o600 });
  try {
    while (!(await linked(draft, file))) {
      const holder = await holderOf(file);
      if (await isAlive(holder)) return holder;
      await rm(file, { force: true });
    }
    // Two that found the same dead holder both get here; the one whose file was taken over gives way.
    await delay(100);
    const holder = await holderOf(file);
    return JSON.stringify(holder) === own ? undefined : holder;
  } finally {
    await rm(draft, { force: true });
  }
}

async function linked(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Undefined where there is none, or nobody can say who. */
async function holderOf(file: string): Promise<ProcessRef | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as ProcessRef;
  } catch {
    return undefined;
  }
}
