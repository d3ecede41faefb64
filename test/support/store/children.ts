import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'rolldown';
import { start, type Step } from './life.ts';

/** How a process dies, see die-at.ts. */
export type How = 'crash' | 'undone' | 'reordered' | 'paused';

export interface Ended {
  /** whether it died instead of ending */
  died: boolean;
  /** the calls that it made, and the one that it died before */
  calls: string[];
  /** what it printed of its own */
  said: string | undefined;
}

/** Programs of this directory, each as one small file, since hundreds of processes are to start with them. */
export async function buildChildren(directory: string): Promise<Children> {
  const input = Object.fromEntries(
    ['die-at', 'child', 'careless'].map((name) => [name, path.join(import.meta.dirname, `${name}.ts`)]),
  );
  await build({
    input,
    platform: 'node',
    resolve: { mainFields: ['module', 'main'] },
    output: { dir: directory, entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' },
    logLevel: 'warn',
  });
  return new Children(directory);
}

export class Children {
  readonly #programs: string;

  constructor(programs: string) {
    this.#programs = programs;
  }

  /** Starts a process that does a step and dies before its call number `before`, or never. */
  start(step: Step, location: string, before?: number, how: How = 'crash'): [ChildProcess, Promise<Ended>] {
    return this.#start('child', [step, location], path.dirname(location), before, how);
  }

  /** Does `work` in a process that makes nothing durable. */
  async careless(directory: string, before: number, how: How): Promise<Ended> {
    return await this.#start('careless', [directory], directory, before, how)[1];
  }

  #start(
    program: string,
    args: string[],
    directory: string,
    before: number | undefined,
    how: How,
  ): [ChildProcess, Promise<Ended>] {
    const script = (name: string): string => path.join(this.#programs, `${name}.mjs`);
    const child = spawn(process.execPath, ['--import', script('die-at'), script(program), ...args], {
      env: { DIE_IN: realpathSync(directory), DIE_BEFORE: String(before), DIE_HOW: how, LIFE_START: String(start) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return [child, endOf(child)];
  }
}

/** What the kernel says of a process: `T` where it is stopped, `Z` where it is dead. Throws once its end was noticed. */
export function stateOf({ pid }: ChildProcess): string | undefined {
  const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return line[line.lastIndexOf(')') + 2];
}

const isCall = (line: string): boolean => line.startsWith('call ');

async function endOf(child: ChildProcess): Promise<Ended> {
  const ended = new Promise<string | null>((resolve) => child.once('close', (_code, signal) => resolve(signal)));
  const lines = child.stdout ? (await text(child.stdout)).split('\n').filter(Boolean) : [];
  const signal = await ended;
  return {
    died: signal === 'SIGKILL',
    calls: lines.filter(isCall).map((line) => line.slice('call '.length)),
    said: lines.find((line) => !isCall(line)),
  };
}
