import { readFileSync } from 'node:fs';

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

/** When a process was started, of a line of /proc/<pid>/stat: field 22, in clock ticks since boot; a zombie counts as gone. */
export function startedIn(stat: string): string | undefined {
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' ? undefined : fields[18];
}

function startedOnLinux(pid: number): string | undefined {
  try {
    return startedIn(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

async function startedByPs(pid: number): Promise<string | undefined> {
  const { run } = await import('./command.ts');
  return await run('ps', ['-o', 'lstart=', '-p', String(pid)]).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}
