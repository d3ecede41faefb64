import { randomBytes } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Payload } from '@temporalio/common';
import { type Cleanup, temporaryDirectory } from './flags.ts';

export function newKey(bytes = 32): string {
  return randomBytes(bytes).toString('base64');
}

/** Writes a key file, whatever is in it, and answers its path. */
export async function writeKeys(content: string | object, mode = 0o600, cleanup?: Cleanup): Promise<string> {
  const file = path.join(await temporaryDirectory(cleanup), 'keys.yaml');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  // not left to the umask
  await chmod(file, mode);
  return file;
}

/** A payload as the SDK makes it of a value. */
export function plain(value: unknown): Payload {
  return { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from(JSON.stringify(value)) };
}

export function valueOf({ data }: Payload): unknown {
  return JSON.parse(Buffer.from(data ?? []).toString());
}

export function metadataOf({ metadata }: Payload): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString()]),
  );
}
