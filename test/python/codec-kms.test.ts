import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { inspect } from 'node:util';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { addKey } from '../../activities/codec/add-key.ts';
import { openCodec } from '../../activities/codec/codec.ts';
import { type KmsEntry, readKeyFile } from '../../activities/codec/key-file.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { Meter } from '../support/meter.ts';
import { patience } from '../support/patience.ts';
import { metadataOf, newKey, plain, valueOf } from '../support/codec-keys.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { builtCommand } from '../support/lab.ts';
import { region, useAccount } from '../support/aws/account.ts';
import { Front, json, jsonError } from '../support/aws/front.ts';
import { Moto } from '../support/aws/moto.ts';

const cleanup = fileCleanup();
const moto = Moto.shared();
beforeAll(() => moto.reset());
const front = await Front.up(cleanup, moto.endpoint);
useAccount(front.endpoint);
const kms = new KMSClient({ region });
cleanup(() => Promise.resolve(kms.destroy()));
let key: string;
let file: string;
let id: string;

beforeEach(async () => {
  front.answer = () => undefined;
  key = (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.KeyId ?? '';
  file = path.join(await temporaryDirectory(), 'keys.yaml');
  id = await addKey(file, { key, region });
  front.calls.length = 0;
});

const refusal = (content: string): Promise<unknown> =>
  openCodec(content).then(
    () => 'it was opened',
    (error: unknown) => error,
  );

describe('a key that KMS has made', () => {
  it('is in the file only as KMS encrypted it, and asked for once', async () => {
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const entry = (await readKeyFile(file)).content.keys[id] as KmsEntry;
    expect(entry).toEqual({ kms: expect.any(String), region });
    expect(Buffer.from(entry.kms, 'base64').length).toBeGreaterThan(32);
    const codec = await openCodec(file);
    const encrypted = await codec.encode([plain('one'), plain('two')]);
    expect((await codec.decode(encrypted)).map(valueOf)).toEqual(['one', 'two']);
    expect(front.calls).toEqual(['Decrypt']);
    // another process has the same key
    expect((await (await openCodec(file)).decode(encrypted)).map(valueOf)).toEqual(['one', 'two']);
  });

  it('stands beside others, of the file or of KMS, and is rotated like them', async () => {
    const codec = await openCodec(file);
    const old = await codec.encode([plain('old')]);
    await addKey(file);
    const third = await addKey(file, { key, region });
    const all = await openCodec(file);
    const encrypted = await all.encode([plain('new')]);
    expect(metadataOf(encrypted[0] ?? {})['encryption-key-id']).toBe(third);
    expect((await all.decode([...old, ...encrypted])).map(valueOf)).toEqual(['old', 'new']);
    front.calls.length = 0;
    expect((await codec.decode(encrypted)).map(valueOf)).toEqual(['new']);
    expect(front.calls).toEqual(['Decrypt']);
  });

  it('is rotated later where KMS does not answer: nobody waits for it', async () => {
    const codec = await openCodec(file);
    const second = await addKey(file, { key, region });
    const others = await (await openCodec(file)).encode([plain('new')]);
    const active = async () => metadataOf((await codec.encode([plain(1)]))[0] ?? {})['encryption-key-id'];
    const hanging = await Hanging.up();
    useAccount(hanging.endpoint);
    await vi.waitFor(async () => {
      expect(await active()).toBe(id);
      expect(hanging.asked).toBeGreaterThan(0);
    }, patience);
    const meter = new Meter(() => []);
    const before = Date.now();
    expect(await active()).toBe(id);
    expect(Date.now() - before).toBeLessThan(2_000 + meter.between(before, Date.now()));
    meter.stop();
    await hanging.end();
    await expect(codec.decode(others)).rejects.toMatchObject({ code: 'aws-unreachable' });
    useAccount(front.endpoint);
    await vi.waitFor(async () => expect(await active()).toBe(second), patience);
    expect((await codec.decode(others)).map(valueOf)).toEqual(['new']);
  });

  it('is refused under another id', async () => {
    const { keys } = (await readKeyFile(file)).content;
    await writeFile(file, JSON.stringify({ active: 'mine', keys: { mine: keys[id] } }));
    expect(await refusal(file)).toMatchObject({
      code: 'bad-codec-keys',
      message: 'KMS does not decrypt the key mine: InvalidCiphertextException',
    });
  });

  it.each([
    ['is disabled', answer('DisabledException'), 'bad-codec-keys', /DisabledException/],
    ['is to be deleted', answer('KMSInvalidStateException'), 'bad-codec-keys', /KMSInvalidStateException/],
    ['is gone', () => moto.reset(), 'aws-denied', /kms:Decrypt/],
    ['may not be used', answer('AccessDeniedException'), 'aws-denied', /kms:Decrypt/],
    ['is asked for without good credentials', answer('UnrecognizedClientException'), 'aws-credentials', /kms:Decrypt/],
    ['is throttled', answer('ThrottlingException'), 'aws-unreachable', /throttles kms:Decrypt/],
  ])('says so where its key %s', async (_how, harm, code, message) => {
    await harm();
    expect(await refusal(file)).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('is refused where it has another length, and what KMS answered is not quoted', async () => {
    const [short, whole] = [newKey(16), newKey()];
    front.answer = () => json({ KeyId: key, Plaintext: short });
    expect(await refusal(file)).toMatchObject({ code: 'bad-codec-keys', message: /has 16 bytes, not 32/ });
    front.answer = () => ({ ...json({}), body: `{"Plaintext":"${whole}"` });
    const error = await refusal(file);
    expect(error).toMatchObject({ code: 'bad-codec-keys' });
    expect(inspect(error, { depth: 9 })).not.toContain(whole.slice(0, 20));
    front.answer = () => ({ ...json({}), body: `{"KeyId":"x"}` });
    expect(await refusal(file)).toMatchObject({ code: 'bad-codec-keys', message: /has 0 bytes/ });
  });
});

const codecKeys = (...options: string[]) => builtCommand('codec', ['keys', ...options]);

describe('npm run codec -- keys --kms', () => {
  it('adds a key, and leaves the file as it was where KMS makes none', async () => {
    const { exitCode, stdout } = await codecKeys('--out', file, '--kms', key, '--region', region, '--json');
    expect([exitCode, JSON.parse(stdout)]).toEqual([0, { file, active: expect.not.stringContaining(id) }]);
    const before = await readFile(file, 'utf8');
    const none = await codecKeys('--out', file, '--kms', 'alias/none', '--region', region);
    expect([none.exitCode, none.stderr]).toEqual([1, expect.stringContaining('KMS makes no data key')]);
    expect(await readFile(file, 'utf8')).toBe(before);
  });
});

/** A server that takes calls and never answers, until it ends. */
class Hanging {
  readonly endpoint: string;
  readonly #server: Server;
  asked = 0;

  private constructor(server: Server) {
    this.#server = server.on('request', () => (this.asked += 1));
    this.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async up(): Promise<Hanging> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Hanging(server);
  }

  async end(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}

function answer(code: string): () => void {
  return () => (front.answer = (action) => (action === 'Decrypt' ? jsonError(code, 'no') : undefined));
}
