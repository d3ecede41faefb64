import { vi } from 'vitest';
import type { CommandResult } from './lab.ts';

/**
 * Runs an `incident` command in this process, with `env` as its whole environment, on modules that are loaded anew, as those of a
 * process are. For what a command says and answers: Node takes longer to start, and Temporal's client to load, than most commands
 * do. One at a time; what is about signals, terminals and processes needs the built command.
 */
export async function incidentHere(args: string[], env: NodeJS.ProcessEnv): Promise<CommandResult> {
  const { argv, env: ownEnv, exitCode } = process;
  const listeners = process.listeners('SIGINT');
  const said = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((chunk) => {
      said[stream] += String(chunk);
      return true;
    }),
  );
  process.argv = [process.execPath, 'incident', ...args];
  process.env = Object.fromEntries(
    Object.entries({ NO_COLOR: '1', ...env }).filter(([, value]) => value !== undefined),
  );
  process.exitCode = 0;
  vi.resetModules();
  try {
    // it runs when it is loaded
    await import('../../client/incident.ts');
    // without what the shell's programs print after their output, as execa does
    const [stdout, stderr] = [said.stdout, said.stderr].map((text) => text.replace(/\n$/, '')) as [string, string];
    return { stdout, stderr, exitCode: process.exitCode };
  } finally {
    Object.assign(process, { argv, env: ownEnv, exitCode });
    for (const spy of spies) spy.mockRestore();
    for (const listener of process.listeners('SIGINT')) {
      if (!listeners.includes(listener)) process.removeListener('SIGINT', listener);
    }
  }
}
