import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, readlink, realpath, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ChangeQueue, type Pending, runSteps } from './changes.ts';
import { FlagDocument, requireNoWorse } from './document.ts';
import { readOnly, unreadable, writable } from './file-problems.ts';
import { FileReader, type Look } from './file-reader.ts';
import { formatLedger, newLedger, parseLedger } from './ledger.ts';
import { type Lock, removeLeftovers, takeLock } from './lock.ts';
import { type Expected, prepare } from './replace.ts';
import { type Change, StoreState } from './state.ts';
import type { FlagStore } from './store.ts';

/** How often a document that is unsound is looked at again, and after what time (ms): somebody may be in the middle of writing it. */
const [looksAgain, lookAgainAfter] = [4, 50];

/**
 * A flagd JSON file and its ledger beside it (`<file>.ledger.json`, mode 0600), changed under one lock
 * (`<file>.lock/`). Only whole, valid documents are ever visible: the next one is written and fsynced inside the lock and
 * renamed from there. Changes asked for at the same time share one write.
 */
export class FileFlagStore implements FlagStore {
  readonly location: string;
  readonly visibleWithin = 10_000;
  readonly #documents = new FileReader(readDocument);
  readonly #ledgers = new FileReader(parseLedger);
  readonly #changes = new ChangeQueue((batch) => this.#commit(batch));

  /** `location`: path of the flagd document; a link is followed. */
  constructor(location: string) {
    this.location = location;
  }

  async read(): Promise<StoreState> {
    return (await this.#look(await this.#files())).state;
  }

  async checkWritable(): Promise<void> {
    const { document } = await this.#files();
    await writable(document);
    await access(path.dirname(document), constants.W_OK).catch((error: unknown) => {
      throw readOnly(document, error);
    });
  }

  async identify(): Promise<string> {
    const files = await this.#files();
    await removeLeftovers(files.lock);
    const ledger = await this.#ledgers.read(files.ledger);
    // the lever as it is: a change of the ledger that changes nothing in it
    return ledger?.lab ?? (await this.change((state) => ({ lever: state.halted, answer: state.lab })));
  }

  /** Throws Problem `flags-read-only` where the document may not be changed, and whatever `step` throws. */
  change<T>(step: (state: StoreState) => Change<T>): Promise<T> {
    return this.#changes.add(step);
  }

  /** Its daemon watches the file. */
  publish(): Promise<void> {
    return Promise.resolve();
  }

  async #commit(batch: Pending[]): Promise<void> {
    const files = await this.#files();
    let suspicious = false;
    // who lost the lock was too slow for others, and so are they perhaps: on a slow disk nobody would ever get through
    for (let patience = 1_000; ; patience = Math.min(patience * 2, 8_000)) {
      const lock = await takeLock(files.lock, patience).catch((error: NodeJS.ErrnoException) => {
        throw error.code === 'ENOENT' ? unreadable(files.document, error) : readOnly(files.document, error);
      });
      let settle: (() => void) | undefined;
      try {
        const { state, expected } = await this.#look(files);
        const outcome = runSteps(batch, state, files.document, suspicious);
        if (await this.#write(files, lock, state, expected)) settle = outcome;
      } catch (error) {
        if (suspicious || (error as { code?: string }).code !== 'flags-invalid') throw error;
        suspicious = true;
      } finally {
        await lock.release();
      }
      if (settle) return settle();
    }
  }

  /** The state as it is on disk, and what a change of the document may replace; undefined where there is none to be read. */
  async #look(files: Files): Promise<{ state: StoreState; expected: Expected | undefined }> {
    const ledger = (await this.#ledgers.read(files.ledger)) ?? newLedger(await identityOf(files));
    const seen = await this.#lookAtDocument(files.document).catch((error: unknown) => ({ error }));
    const document = (): FlagDocument => {
      if ('error' in seen) throw unreadable(files.document, seen.error);
      return seen.value;
    };
    return { state: new StoreState(document, ledger), expected: 'error' in seen ? undefined : seen };
  }

  /** A document that is unsound may be in the middle of being written by an editor. */
  async #lookAtDocument(file: string): Promise<Look<FlagDocument>> {
    for (let looks = 0; ; looks += 1) {
      const seen = await this.#documents.look(file);
      if (seen.value.problem === undefined || looks === looksAgain) return seen;
      await delay(lookAgainAfter);
    }
  }

  /** False where somebody else changed the document or took the lock meanwhile: then the steps are run again. */
  async #write(files: Files, lock: Lock, state: StoreState, expected?: Expected): Promise<boolean> {
    const { document, ledger } = state.outcome(Date.now());
    const ledgerText = ledger && formatLedger(ledger);
    try {
      const present = document && (await writable(files.document));
      if (document) requireNoWorse(document, state.document, files.document);
      const nextLedger = ledgerText && (await prepare(lock, files.ledger, ledgerText, { mode: 0o600 }));
      const nextDocument = document && present && (await prepare(lock, files.document, document.text, present));
      // the ledger must not tell of a change that is not made because somebody else was quicker
      if (nextDocument && expected?.isCurrent() === false) return false;
      if (nextLedger) await nextLedger.intoPlace();
      // what was written need not be read and parsed again
      if (ledger && ledgerText !== undefined) this.#ledgers.remember(ledgerText, ledger);
      if (nextDocument && !(await nextDocument.intoPlace(expected))) return false;
      if (document) this.#documents.remember(document.text, document);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  /** A document that is not there still has its ledger, which can be read and changed. */
  async #files(): Promise<Files> {
    const document = await realpath(this.location).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw unreadable(this.location, error);
      const target = await readlink(this.location).catch(() => '');
      return path.resolve(path.dirname(this.location), target || path.basename(this.location));
    });
    return { document, ledger: `${document}.ledger.json`, lock: `${document}.lock` };
  }
}

/** No incident starts on a document that is not UTF-8: its bytes could not be kept. */
function readDocument(text: string, _file: string, isText: boolean): FlagDocument {
  return new FlagDocument(text, isText ? {} : { checked: { problem: 'is not UTF-8' } });
}

/**
 * What a lab is known by that has no ledger: its directory on this machine. A lab whose ledger is deleted is still itself, and
 * its incidents come to their end.
 */
async function identityOf({ document }: Files): Promise<string> {
  const { dev, ino } = await stat(path.dirname(document)).catch((error: unknown) => {
    throw unreadable(document, error);
  });
  return createHash('sha256').update(`${hostname()} ${dev} ${ino}`).digest('hex').slice(0, 32);
}

interface Files {
  document: string;
  ledger: string;
  lock: string;
}
