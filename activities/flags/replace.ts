import { linkSync, readFileSync, renameSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { Lock } from './lock.ts';

/** What a file is taken to hold when its next version is put in its place. */
export interface Expected {
  text: string;
  /** a quick look whether it still is that */
  isCurrent: () => boolean;
}

/** The next version of a file, durable, but not in its place yet. */
export interface Prepared {
  /**
   * Renames it into place, and makes that durable. Answers false, leaving the file to whoever else changed it, where it does not
   * hold what was expected: it is looked at right before the rename, and what the rename displaced right after it.
   */
  intoPlace(expected?: Expected): Promise<boolean>;
}

/** Writes the next version of `target` inside the lock. */
export async function prepare(
  lock: Lock,
  target: string,
  text: string,
  { mode, uid = process.getuid?.(), gid = process.getgid?.() }: { mode: number; uid?: number; gid?: number },
): Promise<Prepared> {
  const next = path.join(lock.directory, path.basename(target));
  const file = await open(next, 'wx', mode);
  try {
    await file.writeFile(text);
    // root must not make somebody's file its own: their flag daemon could not read it any more
    if (process.getuid?.() === 0 && uid && gid !== undefined) await file.chown(uid, gid);
    await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
  return {
    intoPlace: async (expected) => {
      if (expected && !expected.isCurrent()) return false;
      // a change that is made between that look and the rename, or is being written in place, is under this second name
      const displaced = expected && linked(target, `${next}.displaced`);
      renameSync(next, target);
      const isOurs = displaced === undefined || readFileSync(displaced, 'utf8') === expected?.text;
      if (!isOurs && readFileSync(target, 'utf8') === text) renameSync(displaced, target);
      const directory = await open(path.dirname(target), 'r');
      await directory.sync().finally(() => directory.close());
      return isOurs;
    },
  };
}

/** Gives a file a second name. Undefined where the file system knows no such names, or lets nobody give them to others' files. */
function linked(file: string, name: string): string | undefined {
  try {
    linkSync(file, name);
    return name;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw error;
    return undefined;
  }
}
