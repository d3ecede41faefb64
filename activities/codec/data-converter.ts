import type { DataConverter } from '@temporalio/common';
import { codecKeysFile } from '../../environments/codec-keys.ts';

const opened = new Map<string, Promise<DataConverter>>();

/**
 * How every client and worker of the project writes and reads payloads: encrypted where INCIDENTFOX_CODEC_KEYS names a key file,
 * else as the SDK does (undefined). The file is opened once in a process. Throws Problem `bad-codec-keys`, or that of AWS
 * where KMS does not answer.
 */
export async function dataConverter(): Promise<DataConverter | undefined> {
  const file = codecKeysFile();
  if (file === undefined) return undefined;
  const opening = opened.get(file) ?? withKeysOf(file);
  opened.set(file, opening);
  try {
    return await opening;
  } catch (error) {
    opened.delete(file);
    throw error;
  }
}

async function withKeysOf(file: string): Promise<DataConverter> {
  const { openCodec } = await import('./codec.ts');
  return { payloadCodecs: [await openCodec(file)] };
}
