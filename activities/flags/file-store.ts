import { constants } from 'node:fs';
import { access, chmod, open, readFile, realpath, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../workflows/problem.ts';
import { parseDocument } from './document.ts';
import { formatLedger, type Ledger, newLedger, parseLedger } from './ledger.ts';
import { type Lock, removeLeftovers, takeLock } from './lock.ts';
import type { Change, FlagStore, StoreState } from './store.ts';

/**
 * A flagd JSON file and its ledger beside it (`<file>.ledger.json`, mode 0600), changed under one lock
 * (`<file>.lock/`). Only whole, valid documents are ever visible: the next one is written and fsynced inside the lock and
 * renamed from there. Changes asked for at the same time share one write.
 */
export class FileFlagStore implements FlagStore {
  readonly location: string;
  #queue: Pending[] = [];
  #draining = false;

  /** `location`: path of the flagd document; a link is followed. */
  constructor(location: string) {
    this.location = location;
  }

  async read(): Promise<StoreState> {
    const files = await this.#files();
    return { document: await readDocument(files), ledger: (await readLedger(files)) ?? newLedger() };
  }

  async checkWritable(): Promise<void> {
    const files = await this.#files();
    await writableMode(files);
    await access(path.dirname(files.document), constants.W_OK).catch((error: unknown) => {
      throw readOnly(files.document, error);
    });
  }

  async identify(): Promise<string> {
    const files = await this.#files();
    await removeLeftovers(files.lock);
    const ledger = await readLedger(files);
    return ledger?.lab ?? (await this.change((state) => ({ ledger: { ...state.ledger }, answer: state.ledger.lab })));
  }

  /** Throws Problem `flags-read-only` where the document may not be changed, and whatever `step` throws. */
  change<T>(step: (state: StoreState) => Change<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ step, resolve: resolve as (answer: unknown) => void, reject });
      void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0);
      await this.#commit(batch).catch((error: unknown) => batch.forEach(({ reject }) => reject(error)));
    }
    this.#draining = false;
  }

  async #commit(batch: Pending[]): Promise<void> {
    const files = await this.#files();
    for (;;) {
      const lock = await takeLock(files.lock).catch((error: unknown) => {
        throw readOnly(files.document, error);
      });
      let settle: (() => void) | undefined;
      try {
        const before = { document: await readDocument(files), ledger: (await readLedger(files)) ?? newLedger() };
        const outcome = runSteps(batch, before);
        if (await write(files, lock, before, outcome.state)) settle = outcome.settle;
      } finally {
        await lock.release();
      }
      if (settle) return settle();
    }
  }

  async #files(): Promise<Files> {
    const document = await realpath(this.location).catch((error: unknown) => {
      throw unreadable(this.location, error);
    });
    return { document, ledger: `${document}.ledger.json`, lock: `${document}.lock` };
  }
}

interface Files {
  document: string;
  ledger: string;
  lock: string;
}

interface Pending {
  step: (state: StoreState) => Change<unknown>;
  resolve: (answer: unknown) => void;
  reject: (error: unknown) => void;
}

/** Runs each step on what the one before left; a step that throws changes nothing and fails alone. */
function runSteps(batch: Pending[], before: StoreState): { state: StoreState; settle: () => void } {
  let state = before;
  const outcomes: (() => void)[] = [];
  for (const { step, resolve, reject } of batch) {
    try {
      const { document = state.document, ledger = state.ledger, answer } = step(state);
      state = { document, ledger };
      outcomes.push(() => resolve(answer));
    } catch (error) {
      outcomes.push(() => reject(error));
    }
  }
  return { state, settle: () => outcomes.forEach((tell) => tell()) };
}

/**
 * Throws Problem `flags-invalid` for a document that is no flagd document, unless it was none before: a withdrawal must get
 * through, whatever somebody else has made of what stands around it.
 */
function requireNoWorse(next: string, before: string, location: string): void {
  try {
    parseDocument(next, location);
  } catch (error) {
    if (isSound(before)) throw error;
  }
}

function isSound(document: string): boolean {
  try {
    parseDocument(document, '');
    return true;
  } catch {
    return false;
  }
}

/** False where somebody else changed the document or took the lock meanwhile: then the steps are run again. */
async function write(files: Files, lock: Lock, before: StoreState, next: StoreState): Promise<boolean> {
  try {
    const changed = next.document !== before.document;
    const mode = changed ? await writableMode(files) : 0;
    if (changed) requireNoWorse(next.document, before.document, files.document);
    if (next.ledger !== before.ledger) await replace(lock, files.ledger, formatLedger(next.ledger), 0o600);
    if (!changed) return true;
    if ((await readDocument(files)) !== before.document) return false;
    await replace(lock, files.document, next.document, mode);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function readDocument(files: Files): Promise<string> {
  return await readFile(files.document, 'utf8').catch((error: unknown) => {
    throw unreadable(files.document, error);
  });
}

async function readLedger(files: Files): Promise<Ledger | undefined> {
  const text = await readFile(files.ledger, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw unreadable(files.ledger, error);
  });
  return text === undefined ? undefined : parseLedger(text, files.ledger);
}

/** The document's mode. Root may write any file, so the mode is asked too: one marked read-only is meant to stay. */
async function writableMode(files: Files): Promise<number> {
  const { mode } = await stat(files.document);
  await access(files.document, constants.W_OK).catch((error: unknown) => {
    throw readOnly(files.document, error);
  });
  if ((mode & 0o222) === 0) throw readOnly(files.document, undefined);
  return mode & 0o7777;
}

/** Writes the next version inside the lock and renames it into place, each made durable before the next. */
async function replace(lock: Lock, target: string, text: string, mode: number): Promise<void> {
  const next = path.join(lock.directory, path.basename(target));
  const file = await open(next, 'wx', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await chmod(next, mode);
  await rename(next, target);
  const directory = await open(path.dirname(target), 'r');
  await directory.sync().finally(() => directory.close());
}

function unreadable(location: string, error: unknown): Problem {
  const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  return new Problem(
    missing ? 'flags-missing' : 'flags-unreadable',
    missing
      ? `The flag file ${location} does not exist`
      : `The flag file ${location} cannot be read: ${(error as Error).message}`,
    'Nothing was changed. Restore it, or name another with INCIDENTFOX_FLAGS.',
    { cause: error },
  );
}

const denials = new Set<unknown>(['EACCES', 'EPERM', 'EROFS', undefined]);

/** What was thrown, as Problem `flags-read-only` if it says that nobody may write there. */
function readOnly(location: string, error: unknown): unknown {
  if (!denials.has((error as NodeJS.ErrnoException | undefined)?.code)) return error;
  const reason = error instanceof Error ? `: ${error.message}` : ': its mode allows nobody to write it';
  return new Problem(
    'flags-read-only',
    `The flag file ${location} cannot be changed${reason}`,
    'Nothing was changed. Make the file and its directory writable for the worker.',
    { cause: error },
  );
}
