import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from '../../activities/command.ts';
import { send } from './group.ts';
import type { ToolRun } from './tools.ts';

export interface Case {
  title: string;
  /** What happens in the middle of the hold, and later. */
  strike(tool: ToolRun, scene: Scene): Promise<void>;
}

export interface Scene {
  /** the flag file */
  file: string;
  /** resolves that many milliseconds after the fault was due to end, or as soon as nobody looks any more */
  afterDue(ms: number): Promise<void>;
  /** aborted once nobody looks any more */
  signal: AbortSignal;
}

/** Signals go to the whole process group, as a terminal sends them. */
const once = (signal: NodeJS.Signals, title: string = signal): Case => ({
  title,
  strike: async (tool) => send(signal, await tool.struck()),
});

const readOnly: Case = {
  title: 'file not writable until 2 s after due',
  async strike(_tool, { file, afterDue }) {
    await block(file);
    try {
      await afterDue(2_000);
    } finally {
      await unblock(file);
    }
  },
};

const cases: Case[] = [
  { title: 'nothing', strike: () => Promise.resolve() },
  once('SIGINT'),
  once('SIGTERM'),
  once('SIGHUP', 'SIGHUP (terminal closed)'),
  once('SIGKILL'),
  {
    title: 'SIGSTOP, SIGCONT 3 s after due',
    async strike(tool, { afterDue }) {
      const struck = await tool.struck();
      send('SIGSTOP', struck);
      await afterDue(3_000);
      send('SIGCONT', struck);
    },
  },
  readOnly,
  {
    title: 'SIGKILL, and again whenever it is back',
    async strike(tool, { signal }) {
      while (!signal.aborted) {
        send('SIGKILL', await tool.struck());
        await delay(200);
      }
    },
  },
  {
    title: 'SIGKILL to all of the tool at once',
    strike: async (tool) => send('SIGKILL', await tool.all()),
  },
];

/** The table's rows; where the file cannot be made unwritable, that one is left out. */
export async function casesFor(file: string): Promise<Case[]> {
  const blockable = await block(file).then(
    () => true,
    () => false,
  );
  if (blockable) await unblock(file);
  return cases.filter((each) => each !== readOnly || blockable);
}

// Modes do not hold root back; an immutable file does.
const isRoot = process.getuid?.() === 0;

async function block(file: string): Promise<void> {
  if (isRoot) await run('chattr', ['+i', file]);
  else await chmod(path.dirname(file), 0o555);
}

async function unblock(file: string): Promise<void> {
  if (isRoot) await run('chattr', ['-i', file]);
  else await chmod(path.dirname(file), 0o755);
}
