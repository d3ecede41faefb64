import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { bad } from './key-file.ts';
import { KeyRing } from './key-ring.ts';

const { Payload: PayloadProto } = proto.temporal.api.common.v1;
const cipher = 'aes-256-gcm';
const ivLength = 12;
const tagLength = 16;
const encoding = 'binary/encrypted';

/**
 * Encrypts whole payloads, their metadata too: `data` is the IV, what is encrypted, and the tag. The key's id is in the metadata
 * for all to read, and authenticated. Payloads that are not encrypted are read as they are: people start workflows with
 * plain JSON.
 */
export class EncryptingCodec implements PayloadCodec {
  readonly #keys: KeyRing;

  constructor(keys: KeyRing) {
    this.#keys = keys;
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    if (payloads.length === 0) return [];
    const { id, key } = this.#keys.active();
    return payloads.map((payload) => encrypted(payload, id, key));
  }

  /** Throws Problem `bad-codec-keys` where a payload's key is unknown, or where it was changed. */
  async decode(payloads: Payload[]): Promise<Payload[]> {
    return await Promise.all(payloads.map((payload) => this.#decoded(payload)));
  }

  async #decoded(payload: Payload): Promise<Payload> {
    const { metadata, data } = payload;
    if (textOf(metadata?.['encoding']) !== encoding) return payload;
    const id = textOf(metadata?.['encryption-key-id']);
    return decrypted(data ?? new Uint8Array(), id, await this.#keys.find(id));
  }
}

/** The codec with the keys of a file. Throws as KeyRing.open. */
export async function openCodec(file: string): Promise<EncryptingCodec> {
  return new EncryptingCodec(await KeyRing.open(file));
}

function encrypted(payload: Payload, id: string, key: KeyObject): Payload {
  const iv = randomBytes(ivLength);
  const keyId = Buffer.from(id);
  const sealing = createCipheriv(cipher, key, iv, { authTagLength: tagLength }).setAAD(keyId);
  const parts = [iv, sealing.update(PayloadProto.encode(payload).finish()), sealing.final(), sealing.getAuthTag()];
  return { metadata: { encoding: Buffer.from(encoding), 'encryption-key-id': keyId }, data: Buffer.concat(parts) };
}

function decrypted(data: Uint8Array, id: string, key: KeyObject): Payload {
  try {
    const opening = createDecipheriv(cipher, key, data.subarray(0, ivLength), { authTagLength: tagLength })
      .setAAD(Buffer.from(id))
      .setAuthTag(data.subarray(-tagLength));
    const plain = Buffer.concat([opening.update(data.subarray(ivLength, -tagLength)), opening.final()]);
    return PayloadProto.decode(plain);
  } catch {
    throw bad(
      `A payload was changed since it was encrypted, or the key ${id} is another one than it was`,
      'Look for the key that it was made with, under the same id.',
    );
  }
}

function textOf(bytes: Uint8Array | null | undefined): string {
  return bytes ? Buffer.from(bytes).toString('utf8') : '';
}
