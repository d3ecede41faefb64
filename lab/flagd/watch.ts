import { readFileSync, statSync, watch, type FSWatcher } from 'node:fs';
import path from 'node:path';

/** Milliseconds between two looks at the file where no event announces a change. */
const pollInterval = 200;
/** Milliseconds that a failed read waits for a writer that is in the middle of it. */
const writerGrace = 30;
/** A file changed this recently (ms) can change again within one tick of the file system's clock. */
const clockTick = 100;

export interface Watcher {
  close(): void;
}

/**
 * Calls `changed` with the file's text at once and after every change, however it is made: in place, by a rename over
 * it, deleted and made again, its directory replaced. `failed` gets what reading or `changed` throws, when it lasts.
 */
export function watchFile(file: string, changed: (text: string) => void, failed: (error: Error) => void): Watcher {
  const directory = path.dirname(path.resolve(file));
  let events: { watcher: FSWatcher; inode: bigint } | undefined;
  let seen = '';
  let text: string | undefined;
  let retry: NodeJS.Timeout | undefined;

  function look(): void {
    follow();
    const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
    const state = stat ? `${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}` : 'missing';
    if (state === seen) return;
    // what was written a moment ago is read again at the next look, even if nothing tells it apart
    const settled = !stat || Date.now() - Number(stat.ctimeMs) > clockTick;
    seen = settled ? state : '';
    take();
  }

  function take(last = false): void {
    clearTimeout(retry);
    try {
      const next = readFileSync(file, 'utf8');
      if (next === text) return;
      changed(next);
      text = next;
    } catch (error) {
      // forgotten, so that the same text put back is taken up again
      text = undefined;
      if (last) failed(error as Error);
      else retry = setTimeout(() => take(true), writerGrace);
    }
  }

  // events come from the directory that was there when the watch began: follow the path to another one
  function follow(): void {
    const inode = statSync(directory, { bigint: true, throwIfNoEntry: false })?.ino;
    if (inode === events?.inode) return;
    events?.watcher.close();
    events = undefined;
    if (inode === undefined) return;
    try {
      const watcher = watch(directory, look);
      watcher.on('error', () => watcher.close());
      events = { watcher, inode };
    } catch {
      // no watch to be had: the poll finds the changes
    }
  }

  look();
  const poll = setInterval(look, pollInterval);
  return {
    close(): void {
      clearInterval(poll);
      clearTimeout(retry);
      events?.watcher.close();
    },
  };
}
