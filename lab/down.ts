import { setTimeout as delay } from 'node:timers/promises';
import { openTarget } from '../activities/target.ts';
import { environmentOf } from './environment.ts';
import { endProcess, isAlive, type ProcessRef } from './process.ts';
import { readState, writeState } from './state.ts';
import { rollBackAll } from './supervisor/roll-back.ts';

/**
 * Takes the lab down: through its supervisor, or, where that was killed, from here. Resolves when no process of it is
 * left; answers whether there was one.
 */
export async function down(progress: (step: string) => void): Promise<boolean> {
  const state = readState();
  if (!state) return false;
  const supervised = state.supervisor !== null && (await isAlive(state.supervisor));
  if (supervised && state.supervisor) await throughSupervisor(state.supervisor, progress);
  const last = readState() ?? state;
  const parts = [last.worker, last.shop, last.flagd, last.temporal].map((part) => part.process);
  const left = (await Promise.all(parts.map(isAlive))).some(Boolean);
  if (left) {
    progress('rolling back');
    try {
      const { store } = await openTarget(environmentOf(last));
      await rollBackAll(store, last.temporal.address);
    } finally {
      for (const ref of parts) if (ref) await endProcess(ref);
    }
  }
  if (left || last.phase !== 'failed') writeState({ ...last, phase: 'down', step: 'down', supervisor: null });
  return supervised || left;
}

/** Asks the supervisor to take its lab down; one that is paused or hangs is killed after half a minute. */
async function throughSupervisor(supervisor: ProcessRef, progress: (step: string) => void): Promise<void> {
  const ended = endProcess(supervisor, 30_000).then(() => true);
  while (!(await Promise.race([ended, delay(50, false)]))) progress(readState()?.step ?? '');
}
