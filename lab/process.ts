import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A process by its id and when it was started: an id alone may be somebody else's by now. */
export interface ProcessRef {
  pid: number;
  started: string;
}

/** The reference of a living process, undefined where there is none with that id. */
export async function processRef(pid: number): Promise<ProcessRef | undefined> {
  const started = process.platform === 'linux' ? startedOnLinux(pid) : await startedByPs(pid);
  return started === undefined ? undefined : { pid, started };
}

export async function isAlive(ref: ProcessRef | null | undefined): Promise<boolean> {
  return ref !== null && ref !== undefined && (await processRef(ref.pid))?.started === ref.started;
}

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

/** Field 22 of /proc/<pid>/stat, in clock ticks since boot; a zombie counts as gone. */
function startedOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : fields[18];
  } catch {
    return undefined;
  }
}

async function startedByPs(pid: number): Promise<string | undefined> {
  const { run } = await import('../activities/command.ts');
  return await run('ps', ['-o', 'lstart=', '-p', String(pid)]).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}
