import { closeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { projectRoot } from '../environments/root.ts';
import { Problem } from '../workflows/problem.ts';
import { openLog } from './logs.ts';
import { logFile } from './paths.ts';
import { isAlive } from './process.ts';
import { type LabState, readState } from './state.ts';

/**
 * Brings the lab up in the background and resolves when it is ready; finds the one that runs, and waits for one that is
 * going down. `progress` hears what it is doing. Throws the Problem for which it did not come up.
 */
export async function up(demo: string | undefined, progress: (step: string) => void): Promise<LabState> {
  let ours: 'not started' | 'running' | 'ended' = 'not started';
  // Ours may end because another was first: then that one is followed. It has a second to say that it is there.
  let seen = performance.now();
  for (;;) {
    const state = readState();
    const alive = state !== undefined && (await isAlive(state.supervisor));
    if (alive || ours === 'running') seen = performance.now();
    if (alive) {
      progress(state.step);
      if (state.phase === 'ready') return sameDemo(state, demo);
    } else if (ours === 'not started') {
      ours = 'running';
      const output = openLog('supervisor');
      void startSupervisor(demo, output).finally(() => (ours = 'ended'));
    } else if (performance.now() - seen > 1_000) {
      throw failed(state);
    }
    await delay(50);
  }
}

function sameDemo(state: LabState, demo: string | undefined): LabState {
  if (demo === undefined || state.demo === demo) return state;
  throw new Problem(
    'start-failed',
    `The lab is up with ${state.demo ? `the flags of demo ${state.demo}` : 'flags of your own'}`,
    'Take it down first: npm run lab -- down',
  );
}

async function startSupervisor(demo: string | undefined, output: number): Promise<unknown> {
  const { start } = await import('../activities/command.ts');
  const args = [path.join(projectRoot, 'dist/lab/supervisor/main.js'), ...(demo ? [demo] : [])];
  try {
    return await start(process.execPath, args, { cwd: projectRoot, output, detached: true });
  } finally {
    closeSync(output);
  }
}

function failed(state: LabState | undefined): Problem {
  const { code, message, hint } = (state?.phase === 'failed' && state.error) || unknownFailure;
  return new Problem(code, message, `${hint} The log is ${logFile('supervisor')}`.trim());
}

const unknownFailure = { code: 'start-failed', message: 'The lab did not start', hint: '' } as const;
