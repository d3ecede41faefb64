import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../bench/free-port.ts';
import { openCodec } from '../../../activities/codec/codec.ts';
import { codecServer } from '../../../client/codec/server.ts';
import { newKey, writeKeys } from '../../support/codec-keys.ts';

const ui = 'http://127.0.0.1:8233';
const json = { 'content-type': 'application/json' };
const marker = 'a marker that must not be told';
const plain = { metadata: { encoding: base64('json/plain') }, data: base64(JSON.stringify(marker)) };

let server: FastifyInstance;
let port: number;

beforeEach(async () => {
  port = await freePort();
  const codec = await openCodec(await writeKeys({ active: 'one', keys: { one: { key: newKey() } } }));
  server = codecServer(codec, { hosts: [`127.0.0.1:${port}`, `localhost:${port}`], origins: [ui, 'https://ui.test'] });
  await server.listen({ host: '127.0.0.1', port });
});
afterEach(() => server.close());

interface Answer {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

/** As any program may ask: also with headers that a browser, or fetch, would not let one set. */
async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = json,
): Promise<Answer> {
  const asked = request({ host: '127.0.0.1', port, method, path, headers });
  asked.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
  const [response] = await once(asked, 'response');
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

const payloadsOf = ({ body }: Answer) => (JSON.parse(body) as { payloads: (typeof plain)[] }).payloads;

describe('the codec server', () => {
  it('encrypts and decrypts payloads as they are in JSON', async () => {
    const encoded = await ask('POST', '/encode', { payloads: [plain, plain] }, { ...json, 'x-namespace': 'default' });
    expect(encoded).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    const payloads = payloadsOf(encoded);
    expect(payloads).toHaveLength(2);
    expect(payloads[0]?.metadata).toEqual({ encoding: base64('binary/encrypted'), 'encryption-key-id': base64('one') });
    const decoded = await ask('POST', '/decode', { payloads: [...payloads, plain] });
    expect(payloadsOf(decoded)).toEqual([plain, plain, plain]);
  });

  it('keeps what a payload has beside its data', async () => {
    const external = { ...plain, externalPayloads: [{ sizeBytes: '9007199254740993' }] };
    const encoded = payloadsOf(await ask('POST', '/encode', { payloads: [external] }));
    expect(payloadsOf(await ask('POST', '/decode', { payloads: encoded }))).toEqual([external]);
  });

  it.each([['{}'], ['{"payloads":[]}'], ['{"payloads":[],"new":1}']])(
    'answers no payloads for none: %s',
    async (body) => {
      for (const path of ['/encode', '/decode']) expect(payloadsOf(await ask('POST', path, body))).toEqual([]);
    },
  );

  it('takes payloads as large as Temporal does', async () => {
    const large = { ...plain, data: base64(JSON.stringify('x'.repeat(4_000_000))) };
    const encoded = payloadsOf(await ask('POST', '/encode', { payloads: [large] }));
    expect(payloadsOf(await ask('POST', '/decode', { payloads: encoded }))).toEqual([large]);
  });

  it.each([
    ['no JSON', marker],
    ['cut JSON', `{"payloads":[{"data":"${marker}`],
    ['a list', [plain]],
    ['null', 'null'],
    ['a text', JSON.stringify(marker)],
    ['payloads that are none', { payloads: marker }],
    ['a payload that is none', { payloads: [marker] }],
    ['data that is no base64', { payloads: [{ data: marker }] }],
    ['metadata that is no base64', { payloads: [{ metadata: { encoding: marker } }] }],
    ['metadata of numbers', { payloads: [{ metadata: { encoding: 7 } }] }],
    ['nothing', ''],
  ])('refuses %s, and does not quote it', async (_what, body) => {
    for (const path of ['/encode', '/decode']) {
      const answer = await ask('POST', path, body);
      expect(answer.status).toBe(400);
      expect(answer.body).toMatch(/^\{"message":"[^"]/);
      expect(answer.body).not.toContain(marker);
    }
  });

  it('refuses other types than JSON, which pages may send without asking', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const answer = await ask('POST', '/decode', { payloads: [] }, { 'content-type': type });
      expect([type, answer.status]).toEqual([type, 415]);
    }
  });

  it('refuses a body that is too large before it has come', async () => {
    const headers = { ...json, 'content-length': '9000000' };
    const asked = request({ host: '127.0.0.1', port, method: 'POST', path: '/decode', headers });
    asked.on('error', () => undefined);
    asked.write('{');
    const [response] = await once(asked, 'response');
    expect(response.statusCode).toBe(413);
    asked.destroy();
  });

  it('names a key that it has not, and says that a payload was changed', async () => {
    const [payload] = payloadsOf(await ask('POST', '/encode', { payloads: [plain] }));
    const id = { ...payload?.metadata, 'encryption-key-id': base64('two') };
    const unknown = await ask('POST', '/decode', { payloads: [plain, { ...payload, metadata: id }] });
    expect([unknown.status, unknown.body]).toEqual([400, expect.stringContaining('the key \\"two\\"')]);
    const changed = await ask('POST', '/decode', { payloads: [{ ...payload, data: base64('x'.repeat(60)) }] });
    expect([changed.status, changed.body]).toEqual([400, expect.stringContaining('was changed')]);
    for (const { body } of [unknown, changed]) expect(body).not.toContain(marker);
  });

  it('has nothing else', async () => {
    for (const [method, path] of [
      ['GET', '/decode'],
      ['GET', '/'],
      ['POST', '/'],
      ['POST', '/decode/x'],
    ] as const) {
      const { status } = await ask(method, path, undefined, {});
      expect([method, path, status]).toEqual([method, path, 404]);
    }
  });
});

describe('a page of the Web UI', () => {
  const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-namespace' };

  it.each([ui, 'https://ui.test'])('at %s may ask, with its token', async (origin) => {
    for (const path of ['/encode', '/decode']) {
      const allowed = await ask('OPTIONS', path, undefined, { origin, ...preflight });
      expect(allowed).toMatchObject({
        status: 204,
        headers: {
          'access-control-allow-origin': origin,
          'access-control-allow-methods': 'POST',
          'access-control-allow-headers': 'Authorization, Content-Type, X-Namespace',
          vary: 'Origin',
        },
      });
      const headers = { ...json, origin, authorization: 'Bearer token', 'x-namespace': 'default' };
      const answer = await ask('POST', path, { payloads: [plain] }, headers);
      expect(answer).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': origin, vary: 'Origin' } });
    }
  });

  it.each([
    'http://127.0.0.1:8234',
    'http://localhost:8233',
    'https://127.0.0.1:8233',
    'http://127.0.0.1:8233.evil.test',
    'http://evil.test',
    'null',
    '',
    '*',
  ])('that is of "%s" may not', async (origin) => {
    for (const [method, headers] of [
      ['OPTIONS', preflight],
      ['POST', json],
    ] as const) {
      const answer = await ask(method, '/decode', method === 'POST' ? { payloads: [plain] } : undefined, {
        ...headers,
        origin,
      });
      expect(answer.status).toBe(403);
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
      expect(answer.body).not.toContain(marker);
    }
  });

  it.each(['evil.test', 'evil.test:PORT', '127.0.0.1', '127.0.0.1:1', 'localhost.evil.test:PORT', '127.0.0.1:PORT.'])(
    'that has led the name %s here may not',
    async (name) => {
      const host = name.replace('PORT', String(port));
      const answer = await ask('POST', '/decode', { payloads: [plain] }, { ...json, host });
      expect([answer.status, answer.body]).toEqual([403, expect.stringContaining('Call me by one of')]);
      expect((await ask('POST', '/decode', { payloads: [plain] }, { ...json, host, origin: ui })).status).toBe(403);
    },
  );

  it('may call it by each of its names', async () => {
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`]) {
      const { status } = await ask('POST', '/decode', {}, { ...json, host });
      expect([host, status]).toEqual([host, 200]);
    }
  });
});

function base64(value: string): string {
  return Buffer.from(value).toString('base64');
}
