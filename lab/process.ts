import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, type ProcessRef } from '../activities/process-ref.ts';

export { isAlive, type ProcessRef, processRef } from '../activities/process-ref.ts';

/** Ends a process: SIGTERM, and SIGKILL after `patience` ms. Resolves when it is gone. */
export async function endProcess(ref: ProcessRef, patience = 5_000): Promise<void> {
  if (!(await isAlive(ref))) return;
  kill(ref.pid, 'SIGTERM');
  const end = performance.now() + patience;
  while (await isAlive(ref)) {
    if (performance.now() > end) kill(ref.pid, 'SIGKILL');
    await delay(20);
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // gone between the look and the signal
  }
}
