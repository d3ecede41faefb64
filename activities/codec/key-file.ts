import type { Stats } from 'node:fs';
import { constants, open } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { region } from '../../environments/load.ts';
import { Problem } from '../../workflows/problem.ts';

/** Bytes of a key of AES-256. */
export const keyLength = 32;

// An id is in every payload for all to read. It is too short to be a key that got into the wrong place.
const id = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]{0,39}$/u);
const plainKey = z.strictObject({
  key: z.base64().refine((text) => Buffer.from(text, 'base64').length === keyLength),
});
/** a data key that KMS has encrypted */
const kmsKey = z.strictObject({ kms: z.base64().min(1), region });
const keyFile = z.strictObject({ active: id, keys: z.record(id, z.union([plainKey, kmsKey])) });

export type KeyEntry = z.infer<typeof plainKey> | KmsEntry;
export type KmsEntry = z.infer<typeof kmsKey>;
export type KeyFile = z.infer<typeof keyFile>;

/** The file as it was read; `stamp` is another one when the file is. */
export interface ReadKeyFile {
  text: string;
  stamp: string;
  content: KeyFile;
}

/** Reads a key file, YAML or JSON. Throws Problem `bad-codec-keys`, which never tells what is in it. */
export async function readKeyFile(file: string): Promise<ReadKeyFile> {
  const { text, stamp } = await readPrivate(file);
  return { text, stamp, content: contentOf(file, text) };
}

/**
 * Whether nobody but we can read it. Kubernetes mounts a Secret as root's, readable by the group that only the pod has: for a process
 * that is not root this is as private as it gets.
 */
export function isPrivate({ mode, uid }: Pick<Stats, 'mode' | 'uid'>, us: number | undefined): boolean {
  const rights = mode & 0o777;
  return rights === 0o600 || rights === 0o400 || (rights === 0o440 && uid === 0 && us !== 0);
}

/** Another one when the file is another. */
export function stampOf({ ino, size, mtimeMs, ctimeMs }: Stats): string {
  return [ino, size, mtimeMs, ctimeMs].join(':');
}

async function readPrivate(file: string): Promise<{ text: string; stamp: string }> {
  // one that is no file, such as a pipe, is not waited for
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    throw bad(
      error.code === 'ENOENT' ? `There is no key file ${file}` : `The key file ${file} cannot be read: ${error.code}`,
      'Make one with: npm run codec -- keys --out FILE — and name it with INCIDENTFOX_CODEC_KEYS.',
    );
  });
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw bad(`The key file ${file} is no file`, 'Name a file with INCIDENTFOX_CODEC_KEYS.');
    const mode = found.mode & 0o777;
    if (!isPrivate(found, process.getuid?.())) {
      throw bad(
        `The key file ${file} has the mode ${mode.toString(8).padStart(4, '0')}, not 0600`,
        `Only its owner may read it: chmod 600 ${file} — if others could, make a new key, too.`,
      );
    }
    return { text: await handle.readFile('utf8'), stamp: stampOf(found) };
  } finally {
    await handle.close();
  }
}

function contentOf(file: string, text: string): KeyFile {
  const value = parsed(file, text);
  const { data, error } = keyFile.safeParse(value);
  if (!data) throw bad(`The key file ${file} is not valid: ${reasonOf(error, value)}`, hint);
  if (!Object.hasOwn(data.keys, data.active)) {
    throw bad(`The key file ${file} is not valid: its active key is not among its keys`, hint);
  }
  return data;
}

/** Without a type for plain words: an id may be all digits. What the parser says may quote a key. */
function parsed(file: string, text: string): unknown {
  try {
    return parse(text, { schema: 'failsafe', logLevel: 'error' });
  } catch {
    throw bad(`The key file ${file} is neither YAML nor JSON`, hint);
  }
}

/** Says where the fault is by number only, as an id may be a key that is in the wrong place. */
function reasonOf({ issues }: z.ZodError, value: unknown): string {
  const [top, key] = issues[0]?.path ?? [];
  if (top === 'active') return `"active" must be the id of a key, ${idForm}`;
  if (top !== 'keys' || key === undefined) return 'it must have "active" and "keys", and nothing else';
  const number = Object.keys((value as { keys: object }).keys).indexOf(String(key)) + 1;
  return `key number ${number} must be "key" (base64 of ${keyLength} bytes), or "kms" (base64) with "region"; its id, ${idForm}`;
}

const idForm = 'at most 40 letters, digits and ._-';
const hint =
  'It is {active: <id>, keys: {<id>: {key: <base64 of 32 bytes>}}}; npm run codec -- keys --out FILE makes one.';

/** Without a cause: loggers write those, too. */
export function bad(message: string, what: string): Problem {
  return new Problem('bad-codec-keys', message, what);
}
