import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * A lock in the file system, as a directory `<lock>/<token>/`. What its holder writes is prepared in that directory and
 * renamed from there, so that a holder that was taken for dead (the lock renamed away from under it) can no longer
 * change anything: its rename finds no source.
 */
export interface Lock {
  /** the holder's own directory */
  readonly directory: string;
  release(): Promise<void>;
}

/**
 * Takes the lock, waiting for its holder. One that does nothing for `patience` ms is taken for dead or paused, and the lock
 * broken. Rejects where the directory cannot be written.
 */
export async function takeLock(lock: string, patience: number): Promise<Lock> {
  const token = randomUUID();
  const own = `${lock}.${token}`;
  let holder: string | undefined;
  let since = performance.now();
  try {
    await mkdir(own, { mode: 0o700 });
    await mkdir(path.join(own, token));
    for (;;) {
      if (await renamed(own, lock))
        return { directory: path.join(lock, token), release: () => discard(lock, own, token) };
      const present = await holderOf(lock);
      if (present !== holder) {
        holder = present;
        since = performance.now();
      } else if (performance.now() - since > patience) {
        await breakLock(lock);
      }
      await delay(2 + Math.random() * 8);
    }
  } catch (error) {
    await rm(own, { recursive: true, force: true });
    throw error;
  }
}

/** Removes what processes that were killed while they waited have left beside the lock, once it is a minute old. */
export async function removeLeftovers(lock: string): Promise<void> {
  const directory = path.dirname(lock);
  const names = await readdir(directory).catch((): string[] => []);
  for (const name of names.filter((entry) => entry.startsWith(`${path.basename(lock)}.`))) {
    const leftover = path.join(directory, name);
    const { mtimeMs } = await stat(leftover).catch(() => ({ mtimeMs: Infinity }));
    if (Date.now() - mtimeMs > 60_000) await rm(leftover, { recursive: true, force: true });
  }
}

/** Renaming a directory onto one that is not empty fails: that is what makes the lock exclusive. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}

/** Who holds the lock, and how far it is: a holder that still writes files of its own is slow, not dead. */
async function holderOf(lock: string): Promise<string | undefined> {
  const [token] = await readdir(lock).catch((): string[] => []);
  if (token === undefined) return undefined;
  const { mtimeMs } = await stat(path.join(lock, token)).catch(() => ({ mtimeMs: 0 }));
  return `${token} ${mtimeMs}`;
}

async function breakLock(lock: string): Promise<void> {
  const broken = `${lock}.${randomUUID()}`;
  await rename(lock, broken).catch(() => undefined);
  await rm(broken, { recursive: true, force: true });
}

/** Lets go of the lock if it is still ours: a lock that was broken may be somebody else's by now. */
async function discard(lock: string, own: string, token: string): Promise<void> {
  const present = await readdir(lock).catch((): string[] => []);
  if (!present.includes(token)) return;
  await rename(lock, own).catch(() => undefined);
  await rm(own, { recursive: true, force: true });
}
