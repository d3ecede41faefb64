import { createSecretKey, type KeyObject } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { shown } from '../../workflows/problem.ts';
import { bad, type KeyEntry, type KmsEntry, keyLength, readKeyFile, stampOf } from './key-file.ts';

/** How often the file is looked at for a key that has become the active one (ms). */
const lookEvery = 1_000;

/**
 * The keys of a file. The file is read again when it has changed, so that a key is rotated without a restart. One that is
 * broken by then changes nothing: what is encrypted must not depend on a file that somebody is about to edit.
 */
export class KeyRing {
  readonly #file: string;
  #stamp = '';
  #active = '';
  #keys = new Map<string, KeyObject>();
  /** by the entry that they were read from: KMS is asked once for each */
  readonly #known = new Map<string, KeyObject>();
  #lookedAt = performance.now();
  #looking: Promise<void> | undefined;

  private constructor(file: string) {
    this.#file = file;
  }

  /** Throws Problem `bad-codec-keys`, or that of AWS where KMS does not answer. */
  static async open(file: string): Promise<KeyRing> {
    const ring = new KeyRing(file);
    await ring.#read();
    return ring;
  }

  /** The key to encrypt with. It does not wait for KMS: a rollback may be what is encrypted. */
  active(): { id: string; key: KeyObject } {
    if (performance.now() - this.#lookedAt > lookEvery) void this.#look().catch(() => undefined);
    const key = this.#keys.get(this.#active);
    if (!key) throw new Error('a key ring without its active key');
    return { id: this.#active, key };
  }

  /** The key of that id. Throws Problem `bad-codec-keys` where the file has none, or is broken by now. */
  async find(id: string): Promise<KeyObject> {
    const known = this.#keys.get(id);
    if (known) return known;
    await this.#look();
    const added = this.#keys.get(id);
    if (added) return added;
    throw bad(
      `A payload is encrypted with the key "${shown(id)}", which ${this.#file} has not`,
      'Keep every key for as long as there are workflows that were encrypted with it.',
    );
  }

  #look(): Promise<void> {
    this.#lookedAt = performance.now();
    this.#looking ??= this.#readChanged().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #readChanged(): Promise<void> {
    const found = await stat(this.#file).catch(() => undefined);
    if (!found || stampOf(found) !== this.#stamp) await this.#read();
  }

  async #read(): Promise<void> {
    const { stamp, content } = await readKeyFile(this.#file);
    const entries = Object.entries(content.keys);
    const keys = await Promise.all(entries.map(async ([id, entry]) => [id, await this.#keyOf(id, entry)] as const));
    this.#keys = new Map(keys);
    this.#active = content.active;
    this.#stamp = stamp;
  }

  async #keyOf(id: string, entry: KeyEntry): Promise<KeyObject> {
    const name = JSON.stringify([id, entry]);
    const known = this.#known.get(name);
    if (known) return known;
    const key = createSecretKey('key' in entry ? Buffer.from(entry.key, 'base64') : await decrypted(id, entry));
    if (key.symmetricKeySize !== keyLength) {
      throw bad(`The key ${id} has ${key.symmetricKeySize} bytes, not ${keyLength}`, 'Make another data key.');
    }
    this.#known.set(name, key);
    return key;
  }
}

/** AWS's client is loaded only where KMS has encrypted a key. */
async function decrypted(id: string, entry: KmsEntry): Promise<Uint8Array> {
  const { decryptDataKey } = await import('./kms.ts');
  return await decryptDataKey(id, entry);
}
