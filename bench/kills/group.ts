import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from '../../activities/command.ts';

/** The process group that a child leads, as long as the child lives. */
export function groupOf(child: Child): () => number[] {
  let over = child.pid === undefined;
  void child.then(() => (over = true));
  return () => (over || child.pid === undefined ? [] : [-child.pid]);
}

/** Kills what is left of a process group, and waits for its leader's end. */
export async function endGroup(group: () => number[]): Promise<void> {
  send('SIGKILL', group());
  // a child that was started detached does not keep this process alive: awaiting it alone would end the bench
  while (group().length > 0) await delay(10);
}

/** Sends a signal to those of the processes that are still there. */
export function send(signal: NodeJS.Signals, ids: number[]): void {
  for (const id of ids) {
    try {
      process.kill(id, signal);
    } catch {
      // gone between the look and the signal
    }
  }
}
