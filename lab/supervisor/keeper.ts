import { closeSync } from 'node:fs';
import { setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { start } from '../../activities/command.ts';
import { Problem } from '../../workflows/problem.ts';
import { openLog } from '../logs.ts';
import { logFile, type Part } from '../paths.ts';
import { endProcess, type ProcessRef, processRef } from '../process.ts';

/** How a part of the lab is started and how one tells that it works. */
export interface PartCommand {
  file: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  healthy(pid: number): Promise<boolean>;
}

const firstPause = 100;
const longestPause = 5_000;
/** A process that lived for less (ms) is likely to die again at once. */
const longLife = 2_000;

/** Keeps one process of the lab running: starts it again when it dies, sooner after a long life than after a short one. */
export class Keeper {
  readonly part: Part;
  readonly #command: PartCommand;
  readonly #changed: (ref: ProcessRef | null) => void;
  #current: ProcessRef | null = null;
  #stopping = false;

  constructor(part: Part, command: PartCommand, changed: (ref: ProcessRef | null) => void) {
    this.part = part;
    this.#command = command;
    this.#changed = changed;
  }

  /** Starts the process and resolves when it is healthy. Throws Problem `start-failed` when it is not within `limit` ms. */
  async start(limit = 60_000): Promise<void> {
    void this.#keep();
    const end = performance.now() + limit;
    while (!(this.#current && (await this.#command.healthy(this.#current.pid).catch(() => false)))) {
      if (performance.now() > end || this.#stopping) {
        throw new Problem('start-failed', `The lab's ${this.part} did not start`, `Its log is ${logFile(this.part)}`);
      }
      await delay(25);
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#current) await endProcess(this.#current);
  }

  async #keep(): Promise<void> {
    let pause = firstPause;
    while (!this.#stopping) {
      const began = performance.now();
      // it may be the disk that is full: then the next try, or the one after that, succeeds
      await this.#runOnce().catch(() => undefined);
      pause = performance.now() - began > longLife ? firstPause : Math.min(pause * 2, longestPause);
      if (!this.#stopping) await delay(pause);
    }
  }

  async #runOnce(): Promise<void> {
    const output = openLog(this.part);
    const { file, args, env } = this.#command;
    const child = start(file, args, { env, output, detached: true });
    closeSync(output);
    if (child.pid !== undefined) lowerPriority(child.pid);
    this.#current = child.pid === undefined ? null : ((await processRef(child.pid)) ?? null);
    this.#changed(this.#current);
    await child;
    this.#current = null;
    this.#changed(null);
  }
}

/** With a thousand deadlines at once the supervisor's reconciler must come to its turn before those that it stands in for. */
function lowerPriority(pid: number): void {
  try {
    setPriority(pid, 5);
  } catch {
    // it is gone already
  }
}
