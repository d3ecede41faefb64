import { readFileSync, statSync } from 'node:fs';
import { link, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isAlive, type ProcessRef, processRef, startedIn } from '../process-ref.ts';
import type { Operation } from './options.ts';
import { writeWhole } from '../write-whole.ts';
import { type Places } from './places.ts';

/** How many runs are kept, each with its whole output. */
const kept = 20;

/** What is written down of a run before its process is there. */
export interface AttemptRecord {
  operation: Operation;
  /** what was asked for: who asks for the same takes the result of this run */
  request: string;
  /** ISO 8601 */
  begun: string;
  /** user and machine, as the tool writes them into a lock */
  who: string;
  /** who is about to start the process */
  worker: ProcessRef;
}

/** `void`: its process never was started, and never will be. `dead`: it ended without telling how. */
export type Phase = 'starting' | 'running' | 'over' | 'dead' | 'void';

/** A run of the tool, by what it and those who looked after it have left in its directory. */
export class Attempt {
  readonly directory: string;
  readonly record: AttemptRecord;

  constructor(directory: string, record: AttemptRecord) {
    this.directory = directory;
    this.record = record;
  }

  at(name: 'output' | 'plan'): string {
    return path.join(this.directory, name);
  }

  async phase(): Promise<Phase> {
    const claim = this.#read('pid');
    if (claim === 'void') return 'void';
    if (this.exitCode !== undefined) return 'over';
    if (claim === undefined) return (await isAlive(this.record.worker)) ? 'starting' : await this.giveUp();
    for (const ref of processesIn(claim)) if (await isAlive(ref)) return 'running';
    return this.exitCode === undefined ? 'dead' : 'over';
  }

  /** As a shell has it: over 128 for one that a signal ended. */
  get exitCode(): number | undefined {
    const code = this.#read('exit');
    return code ? Number(code) : undefined;
  }

  async wasKilled(): Promise<boolean> {
    const phase = await this.phase();
    return phase === 'dead' || (phase === 'over' && (this.exitCode ?? 0) > 128);
  }

  /** When it ended, or when it was last heard of (ms since the epoch). */
  get ended(): number {
    const exit = statSync(path.join(this.directory, 'exit'), { throwIfNoEntry: false });
    return exit?.mtimeMs ?? statSync(this.at('output'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  }

  /** The tool's own process, once it has one. */
  get process(): ProcessRef | undefined {
    const claim = this.#read('pid');
    return claim === undefined || claim === 'void' ? undefined : processesIn(claim)[0];
  }

  /** Whether nobody has done so before. */
  async mark(what: 'interrupted' | 'taken'): Promise<boolean> {
    return await writeFile(path.join(this.directory, what), '', { flag: 'wx', mode: 0o600 }).then(
      () => true,
      () => false,
    );
  }

  has(what: 'interrupted' | 'taken'): boolean {
    return this.#read(what) !== undefined;
  }

  /** Takes the place of the process, unless it has come meanwhile. */
  async giveUp(): Promise<Phase> {
    const claim = path.join(this.directory, 'pid');
    const draft = `${claim}.void-${process.pid}`;
    await writeFile(draft, 'void', { mode: 0o600 });
    await link(draft, claim).catch(() => undefined);
    await rm(draft, { force: true });
    return this.#read('pid') === 'void' ? 'void' : await this.phase();
  }

  #read(name: string): string | undefined {
    try {
      return readFileSync(path.join(this.directory, name), 'utf8').trim();
    } catch {
      return undefined;
    }
  }
}

/** All that are kept, newest first. */
export async function attemptsIn(places: Places): Promise<Attempt[]> {
  const names = (await readdir(places.attempts)).filter((name) => /^\d+$/.test(name));
  return names
    .toSorted()
    .toReversed()
    .map((name) => {
      const directory = path.join(places.attempts, name);
      return new Attempt(directory, recordIn(directory));
    });
}

/** Of one that is being removed, or that a power cut has damaged, nothing is known but what its process has left. */
function recordIn(directory: string): AttemptRecord {
  try {
    return JSON.parse(readFileSync(path.join(directory, 'record'), 'utf8')) as AttemptRecord;
  } catch {
    const worker = { pid: 0, started: '' };
    return { operation: 'init', request: '', begun: new Date(0).toISOString(), who: '', worker };
  }
}

/** Claims the next run; undefined where somebody else was first. */
export async function claimNext(
  places: Places,
  newest: Attempt | undefined,
  asked: Omit<AttemptRecord, 'begun' | 'worker'>,
): Promise<Attempt | undefined> {
  const worker = (await processRef(process.pid)) ?? { pid: process.pid, started: '' };
  const record: AttemptRecord = { ...asked, begun: new Date().toISOString(), worker };
  const draft = await mkdtemp(path.join(places.attempts, '.draft-'));
  await writeWhole(path.join(draft, 'record'), JSON.stringify(record));
  const number = newest ? Number(path.basename(newest.directory)) + 1 : 1;
  const directory = path.join(places.attempts, String(number).padStart(6, '0'));
  try {
    // onto a directory that is there, and never empty, it fails
    await rename(draft, directory);
  } catch {
    await rm(draft, { recursive: true });
    return undefined;
  }
  const old = path.join(places.attempts, String(number - kept).padStart(6, '0'));
  await rm(old, { recursive: true, force: true });
  return new Attempt(directory, record);
}

/** The tool and the shell that waits for it, of the lines that this shell wrote. */
function processesIn(claim: string): ProcessRef[] {
  const [ids = '', ...lines] = claim.split('\n');
  return ids.split(' ').map((pid, index) => {
    const line = lines[index] ?? '';
    return { pid: Number(pid), started: (process.platform === 'linux' ? startedIn(line) : line.trim()) ?? '' };
  });
}
