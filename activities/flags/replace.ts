import { renameSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { Lock } from './lock.ts';

/** The next version of a file, durable, but not in its place yet. */
export interface Prepared {
  /**
   * Renames it into place, and makes that durable. Answers false, having changed nothing, where `isCurrent` says that somebody
   * else has changed the file meanwhile: it is asked right before the rename, so that no more than these two calls lie
   * between the look and the change.
   */
  intoPlace(isCurrent?: () => boolean): Promise<boolean>;
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
    intoPlace: async (isCurrent = () => true) => {
      if (!isCurrent()) return false;
      renameSync(next, target);
      const directory = await open(path.dirname(target), 'r');
      await directory.sync().finally(() => directory.close());
      return true;
    },
  };
}
