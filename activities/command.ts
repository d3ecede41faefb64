import { execa } from 'execa';

/** What a command that fails or cannot be started throws: execa's error, with exitCode, stdout and stderr. */
export { ExecaError as CommandError } from 'execa';

export interface RunOptions {
  cwd?: string;
  /** added to this process's own environment */
  env?: NodeJS.ProcessEnv;
  input?: string;
  /** milliseconds after which the command is killed */
  timeout?: number;
  cancelSignal?: AbortSignal;
  killSignal?: NodeJS.Signals;
  /** milliseconds from `killSignal` until the command is ended by force; 5,000 unless told */
  forceKillAfterDelay?: number;
  /** hears each line of what the command prints, as it comes */
  onLine?: (line: string) => void;
}

export interface RunResult {
  stdout: string;
  stderr: string;
  exitCode: number;
}

/** Runs a command to its end, without a shell. Throws a CommandError when it cannot start or exits with anything but 0. */
export async function run(file: string, args: string[], { onLine, ...options }: RunOptions = {}): Promise<RunResult> {
  // an empty input ends at once, where an inherited stdin would let the command wait for a person
  const child = execa(file, args, { input: '', all: onLine !== undefined, ...options });
  const listen = async (): Promise<void> => {
    for await (const line of child.iterable({ from: 'all' })) onLine?.(line);
  };
  const [{ stdout, stderr, exitCode }] = await Promise.all([child, onLine && listen()]);
  return { stdout, stderr, exitCode: exitCode ?? 0 };
}

export interface StartOptions {
  cwd?: string;
  /** added to this process's own environment */
  env?: NodeJS.ProcessEnv;
  /** file descriptor that takes what the child prints; without one it is thrown away */
  output?: number;
  /** puts the child in a process group of its own and does not wait for it at our end */
  detached?: boolean;
  killSignal?: NodeJS.Signals;
}

/** A child that runs on. Awaiting it gives its exitCode, signal and, if it never started, code; it does not throw. */
export type Child = ReturnType<typeof start>;

/**
 * Starts a long-running command, without a shell. It is not ended with this process: who starts it ends it,
 * with `kill()`, which sends `killSignal` and SIGKILL five seconds later.
 */
export function start(file: string, args: string[], options: StartOptions = {}) {
  const { cwd, env, detached = false, killSignal = 'SIGTERM' } = options;
  // execa takes any descriptor, its types only those up to 9
  const output = (options.output ?? 'ignore') as 3 | 'ignore';
  const child = execa(file, args, {
    cwd,
    env,
    stdin: 'ignore',
    stdout: output,
    stderr: output,
    buffer: false,
    reject: false,
    cleanup: false,
    detached,
    killSignal,
  });
  if (detached) child.unref();
  return child;
}
