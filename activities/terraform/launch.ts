import { open } from 'node:fs/promises';
import { start } from '../command.ts';
import type { Attempt } from './attempt.ts';

/**
 * Waits for the tool and writes down its exit code, also when the worker is gone by then. The tool's place is claimed by a link,
 * which fails where a later worker has given the run up. $1: directory of the run; then the tool and its arguments.
 */
const script = `
umask 077
trap : INT TERM HUP
sh -c '
  {
    echo "$$ $PPID"
    cat /proc/$$/stat /proc/$PPID/stat 2>/dev/null || { ps -o lstart= -p $$; ps -o lstart= -p $PPID; }
  } > "$1/pid.new"
  ln "$1/pid.new" "$1/pid" || exit 125
  shift
  exec "$@"
' sh "$@"
code=$?
printf %s "$code" > "$1/exit.new" && mv "$1/exit.new" "$1/exit"
`;

/** Starts the tool for a run, in a session of its own, so that it outlives this process. What it prints goes to the run's file. */
export async function launch(
  attempt: Attempt,
  file: string,
  args: string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<void> {
  const output = await open(attempt.at('output'), 'a', 0o600);
  try {
    const { cwd, env } = options;
    const child = start('sh', ['-c', script, 'sh', attempt.directory, file, ...args], {
      cwd,
      env,
      output: output.fd,
      detached: true,
    });
    // that it is under way is known by what it leaves in the run's directory; this tells only that it never was
    void child.then(() => attempt.giveUp());
  } finally {
    await output.close();
  }
}
