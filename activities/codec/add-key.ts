import { randomBytes } from 'node:crypto';
import { access } from 'node:fs/promises';
import { Document, parseDocument } from 'yaml';
import { writeWhole } from '../write-whole.ts';
import { bad, type KeyEntry, keyLength, readKeyFile } from './key-file.ts';

const comment =
  ' What encrypts Temporal payloads. Keep every key for as long as there are workflows that were encrypted with it.';

/** A KMS key that is to encrypt the new key: an id, an alias or an ARN. */
export interface KmsKey {
  key: string;
  region: string;
}

/**
 * Adds a key to a key file, which is made if there is none, and makes it the active one. Answers the new key's id. Throws Problem
 * `bad-codec-keys`, or that of AWS; the file is then as it was.
 */
export async function addKey(file: string, kms?: KmsKey): Promise<string> {
  const id = `${new Date().toISOString().slice(0, 10)}-${randomBytes(4).toString('hex')}`;
  const before = (await isThere(file)) ? await readKeyFile(file) : undefined;
  const entry = await newKey(id, kms);
  const text = before ? withKey(before, id, entry) : newFile(id, entry);
  try {
    await writeWhole(file, text);
  } catch (error) {
    throw bad(
      `The key file ${file} cannot be written: ${(error as NodeJS.ErrnoException).code}`,
      'Is its directory there?',
    );
  }
  return id;
}

async function newKey(id: string, kms: KmsKey | undefined): Promise<KeyEntry> {
  if (!kms) return { key: randomBytes(keyLength).toString('base64') };
  const { makeDataKey } = await import('./kms.ts');
  return await makeDataKey(id, kms.key, kms.region);
}

function newFile(id: string, entry: KeyEntry): string {
  const document = new Document({ active: id, keys: { [id]: entry } });
  document.commentBefore = comment;
  return String(document);
}

/** In the file's own format, with its comments. */
function withKey({ text, content }: Awaited<ReturnType<typeof readKeyFile>>, id: string, entry: KeyEntry): string {
  if (text.trimStart().startsWith('{')) {
    return `${JSON.stringify({ active: id, keys: { ...content.keys, [id]: entry } }, null, 2)}\n`;
  }
  const document = parseDocument(text, { schema: 'failsafe' });
  document.set('active', id);
  document.setIn(['keys', id], document.createNode(entry));
  return String(document);
}

async function isThere(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
}
