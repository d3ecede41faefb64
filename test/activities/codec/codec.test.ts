import { webcrypto } from 'node:crypto';
import { chmod, rm, writeFile } from 'node:fs/promises';
import type { Payload } from '@temporalio/common';
import proto from '@temporalio/proto';
import { describe, expect, it, vi } from 'vitest';
import { type EncryptingCodec, openCodec } from '../../../activities/codec/codec.ts';
import { dataConverter } from '../../../activities/codec/data-converter.ts';
import { metadataOf, newKey, plain, valueOf, writeKeys } from '../../support/codec-keys.ts';
import { patience } from '../../support/patience.ts';

const [first, second] = [newKey(), newKey()];
const both = { first: { key: first }, second: { key: second } };

async function codecOf(active: string, keys: object): Promise<EncryptingCodec> {
  return await openCodec(await writeKeys({ active, keys }));
}

async function one(work: Promise<Payload[]>): Promise<Payload> {
  const [payload, ...more] = await work;
  expect(more).toEqual([]);
  if (!payload) throw new Error('no payload');
  return payload;
}

const refused = (message: RegExp) =>
  expect.objectContaining({ code: 'bad-codec-keys', message: expect.stringMatching(message) });

describe('a payload', () => {
  it('is encrypted as a whole with AES-256-GCM, and its key named and authenticated', async () => {
    const codec = await codecOf('first', both);
    const payload = {
      ...plain('a marker'),
      metadata: { encoding: Buffer.from('json/plain'), kind: Buffer.from('secret') },
    };
    const encrypted = await one(codec.encode([payload]));
    expect(metadataOf(encrypted)).toEqual({ encoding: 'binary/encrypted', 'encryption-key-id': 'first' });
    const data = Buffer.from(encrypted.data ?? []);
    for (const text of ['a marker', 'json/plain', 'secret', 'kind']) expect(data.includes(text)).toBe(false);
    // by another implementation
    const key = await webcrypto.subtle.importKey('raw', Buffer.from(first, 'base64'), 'AES-GCM', false, ['decrypt']);
    const parameters = { name: 'AES-GCM', iv: data.subarray(0, 12), additionalData: Buffer.from('first') };
    const opened = await webcrypto.subtle.decrypt(parameters, key, data.subarray(12));
    const whole = proto.temporal.api.common.v1.Payload.decode(new Uint8Array(opened));
    expect([metadataOf(whole), valueOf(whole)]).toEqual([{ encoding: 'json/plain', kind: 'secret' }, 'a marker']);
    expect(valueOf(await one(codec.decode([encrypted])))).toBe('a marker');
  });

  it.each([
    ['null', { metadata: { encoding: Buffer.from('binary/null') } }],
    ['without metadata', { data: Buffer.from('x') }],
    ['empty', {}],
    ['of a megabyte', { metadata: { encoding: Buffer.from('binary/plain') }, data: Buffer.alloc(1_000_000, 7) }],
    ['that is encrypted already', { metadata: { encoding: Buffer.from('binary/encrypted') }, data: Buffer.from('x') }],
  ])('%s is the same after both ways', async (_what, payload: Payload) => {
    const codec = await codecOf('first', both);
    const back = await one(codec.decode(await codec.encode([payload])));
    expect(metadataOf(back)).toEqual(metadataOf(payload));
    expect(Buffer.from(back.data ?? []).equals(payload.data ?? Buffer.alloc(0))).toBe(true);
  });

  it('is never encrypted twice alike', async () => {
    const codec = await codecOf('first', both);
    const encrypted = await codec.encode([plain(1), plain(1), plain(1)]);
    expect(
      new Set(
        encrypted.map(({ data }) =>
          Buffer.from(data ?? [])
            .subarray(0, 12)
            .toString('hex'),
        ),
      ).size,
    ).toBe(3);
  });

  it('is left as it is where it is not encrypted', async () => {
    const codec = await codecOf('first', both);
    const payloads = [plain({ scenario: 'payment-failure' }), { data: Buffer.from('x') }, {}];
    expect(await codec.decode(payloads)).toEqual(payloads);
  });

  it('is refused when any bit of it was changed, and when it was cut short', async () => {
    const codec = await codecOf('first', both);
    const { metadata, data } = await one(codec.encode([plain('a marker')]));
    const good = Buffer.from(data ?? []);
    for (let at = 0; at < good.length; at += 1) {
      const changed = Buffer.from(good);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      await expect(codec.decode([{ metadata, data: changed }]), `byte ${at}`).rejects.toEqual(refused(/was changed/));
    }
    for (let length = 0; length < good.length; length += 1) {
      const cut = codec.decode([{ metadata, data: good.subarray(0, length) }]);
      await expect(cut, `${length} bytes`).rejects.toEqual(refused(/was changed/));
    }
    await expect(codec.decode([{ metadata }])).rejects.toEqual(refused(/was changed/));
  });

  it('is refused under another id, even of the same key', async () => {
    const codec = await codecOf('first', { first: { key: first }, twin: { key: first }, second: { key: second } });
    const { metadata, data } = await one(codec.encode([plain(1)]));
    for (const id of ['twin', 'second']) {
      const renamed = { metadata: { ...metadata, 'encryption-key-id': Buffer.from(id) }, data };
      await expect(codec.decode([renamed])).rejects.toEqual(refused(/was changed/));
    }
  });

  it.each([['third'], [''], ['__proto__'], ['x'.repeat(5_000)], ['line\nbreak']])(
    'is refused with the unknown key %j',
    async (id) => {
      const codec = await codecOf('first', both);
      const { metadata, data } = await one(codec.encode([plain(1)]));
      const unknown = { metadata: { ...metadata, 'encryption-key-id': Buffer.from(id) }, data };
      const error: unknown = await codec.decode([plain(1), unknown]).catch((thrown: unknown) => thrown);
      expect(error).toEqual(refused(/^A payload is encrypted with the key "[^\n]{0,60}", which \S+ has not$/));
    },
  );

  it('has a key with an id of any script', async () => {
    for (const id of ['\u00e9', 'e\u0301', '鍵', 'ключ-1', 'a'.repeat(40)]) {
      const codec = await codecOf(id, { [id]: { key: first } });
      const encrypted = await one(codec.encode([plain('ü')]));
      expect(metadataOf(encrypted)['encryption-key-id']).toBe(id);
      expect(valueOf(await one(codec.decode([encrypted])))).toBe('ü');
    }
  });

  it('comes in any number', async () => {
    const codec = await codecOf('first', both);
    expect(await codec.encode([])).toEqual([]);
    expect(await codec.decode([])).toEqual([]);
    const many = Array.from({ length: 10_000 }, (_none, number) => plain(number));
    const back = await codec.decode(await codec.encode(many));
    expect(back.map(valueOf)).toEqual(many.map(valueOf));
  });
});

describe('a key', () => {
  it('is rotated while the codec is in use, and the old one still read', async () => {
    const file = await writeKeys({ active: 'first', keys: { first: { key: first } } });
    const codec = await openCodec(file);
    const old = await one(codec.encode([plain('old')]));
    await writeFile(file, JSON.stringify({ active: 'second', keys: both }));
    // what another process encrypts with it is read at once
    const others = await (await openCodec(file)).encode([plain('new')]);
    expect(valueOf(await one(codec.decode(others)))).toBe('new');
    await vi.waitFor(
      async () =>
        expect(metadataOf(await one(codec.encode([plain(1)])))).toMatchObject({ 'encryption-key-id': 'second' }),
      patience,
    );
    expect(valueOf(await one(codec.decode([old])))).toBe('old');
    // it is active for this codec, too, when only that was changed
    await writeFile(file, JSON.stringify({ active: 'first', keys: both }));
    await vi.waitFor(
      async () =>
        expect(metadataOf(await one(codec.encode([plain(1)])))).toMatchObject({ 'encryption-key-id': 'first' }),
      patience,
    );
  });

  it.each([
    ['broken', (file: string) => writeFile(file, 'active: two\n'), /is not valid/],
    ['gone', (file: string) => rm(file), /There is no key file/],
    ['readable for all', (file: string) => chmod(file, 0o644), /has the mode 0644/],
  ])('stays in force when its file is %s', async (_how, harm, told) => {
    const file = await writeKeys({ active: 'first', keys: both });
    const codec = await openCodec(file);
    const encrypted = await codec.encode([plain(1)]);
    await harm(file);
    const unknown = await (await codecOf('third', { third: { key: newKey() } })).encode([plain(1)]);
    await expect(codec.decode(unknown)).rejects.toEqual(refused(told));
    expect(valueOf(await one(codec.decode(encrypted)))).toBe(1);
    expect(valueOf(await one(codec.decode(await codec.encode([plain(2)]))))).toBe(2);
  });
});

describe('the data converter', () => {
  it('is the own one of the SDK where no keys are named', async () => {
    vi.stubEnv('INCIDENTFOX_CODEC_KEYS', '');
    expect(await dataConverter()).toBeUndefined();
  });

  it('opens a file once, but one that could not be opened again', async () => {
    const file = await writeKeys('');
    vi.stubEnv('INCIDENTFOX_CODEC_KEYS', file);
    await expect(dataConverter()).rejects.toEqual(refused(/is not valid/));
    await writeFile(file, JSON.stringify({ active: 'first', keys: both }));
    const converter = await dataConverter();
    expect(converter?.payloadCodecs).toHaveLength(1);
    expect(await dataConverter()).toBe(converter);
  });
});
