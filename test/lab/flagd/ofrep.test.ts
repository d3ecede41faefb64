import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { patience } from '../../support/patience.ts';
import { Daemon, document, flagsWith } from './daemon.ts';

// The same expectations for both daemons. FLAGD_PATH names a real flagd; where it is not set only the embedded one is here.
const real = process.env['FLAGD_PATH'];
const daemons = [{ kind: 'embedded', program: undefined }, ...(real ? [{ kind: 'flagd', program: real }] : [])];

describe.each(daemons)('the $kind flag daemon', ({ kind, program }) => {
  const daemon = new Daemon();
  const variantOf = async (key: string): Promise<unknown> => (await daemon.evaluate(key))['variant'];

  beforeAll(async () => {
    vi.stubEnv('FLAGD_PATH', program);
    mkdirSync(path.dirname(daemon.file));
    writeFileSync(daemon.file, JSON.stringify(document));
    await daemon.start();
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await daemon.end();
  });

  describe('evaluates', () => {
    const inherited = document.metadata;
    test.each([
      ['boolean', { value: false, variant: 'off' }],
      ['string', { value: 'beta', variant: 'b' }],
      ['number', { value: 0.95, variant: '90%' }],
      ['object', { value: { deep: [1, null] }, variant: 'one' }],
    ])('a %s', async (key, expected) => {
      const answer = await daemon.evaluate(key);
      expect(answer).toEqual({ status: 200, key, reason: 'STATIC', metadata: inherited, ...expected });
    });

    test('a flag with its own metadata over that of the set', async () => {
      const { metadata } = await daemon.evaluate('marked');
      expect(metadata).toEqual({ set: 'shop', level: 'flag', incident: 'incident-payment-failure-x1' });
    });

    test.each([
      ['OLJCESPC7Z', 'on'],
      ['66VCHSJNUP', 'off'],
    ])('targeting, for product %s', async (product_id, variant) => {
      const answer = await daemon.evaluate('targeted', { product_id });
      expect(answer).toMatchObject({ status: 200, reason: 'TARGETING_MATCH', variant, value: variant === 'on' });
    });

    test.each([
      ['disabled', 'DISABLED'],
      ['undecided', 'DEFAULT'],
    ])('a flag that is %s to the default of the caller', async (key, reason) => {
      expect(await daemon.evaluate(key)).toEqual({ status: 200, key, reason, metadata: inherited });
    });

    test('a key beyond ASCII', async () => {
      expect(await daemon.evaluate('größe✓')).toMatchObject({ status: 200, key: 'größe✓', value: 'ja' });
    });
  });

  describe('refuses', () => {
    test('an unknown flag', async () => {
      const answer = await daemon.evaluate('nope');
      expect(answer).toMatchObject({ status: 404, key: 'nope', errorCode: 'FLAG_NOT_FOUND' });
    });

    test('targeting to a variant that is not there', async () => {
      expect(await daemon.evaluate('misdirected')).toMatchObject({ status: 400, errorCode: 'GENERAL' });
    });

    test.each(['{"context":', '"context"', '[]'])('the body %s', async (body) => {
      const response = await daemon.post('/boolean', body);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ key: 'boolean', errorCode: 'INVALID_CONTEXT' });
    });

    test('a body of more than a megabyte', async () => {
      const response = await daemon.post('/boolean', JSON.stringify({ context: { padding: 'x'.repeat(1_000_000) } }));
      expect(response.status).toBe(413);
    });

    test.each(['GET', 'PUT', 'DELETE'])('the method %s', async (method) => {
      const response = await fetch(`${daemon.address}/ofrep/v1/evaluate/flags/boolean`, { method });
      expect(response.status).toBe(405);
    });
  });

  test('takes a body that is missing, and a context that is no object, for an empty context', async () => {
    for (const body of [undefined, '{}', 'null', '{"context":7}']) {
      const response = await daemon.post('/targeted', body);
      expect([body, await response.json()]).toMatchObject([body, { variant: 'off' }]);
    }
  });

  test('evaluates all flags at once', async () => {
    const response = await daemon.post('', JSON.stringify({ context: { product_id: 'OLJCESPC7Z' } }));
    const { flags, metadata } = (await response.json()) as { flags: { key: string }[]; metadata: object };
    // flagd 0.16 leaves the set's metadata out here
    expect(metadata).toEqual(kind === 'embedded' ? document.metadata : {});
    expect(flags.map(({ key }) => key).toSorted()).toEqual(Object.keys(document.flags).toSorted());
    expect(flags.find(({ key }) => key === 'targeted')).toMatchObject({ variant: 'on', value: true });
    expect(flags.find(({ key }) => key === 'disabled')).toMatchObject({ reason: 'DISABLED' });
    expect(flags.find(({ key }) => key === 'misdirected')).toMatchObject({ errorCode: 'GENERAL' });
  });

  describe('notices', () => {
    beforeEach(async () => {
      daemon.replace(flagsWith('off'));
      await vi.waitUntil(async () => (await variantOf('boolean')) === 'off', { ...patience, interval: 5 });
    });

    const directory = path.dirname(daemon.file);
    const changes: [string, (text: string) => void][] = [
      ['a rename over the file', (text) => daemon.replace(text)],
      ['a change in place', (text) => writeFileSync(daemon.file, text)],
      [
        'the file deleted and made again',
        (text) => {
          rmSync(daemon.file);
          writeFileSync(daemon.file, text);
        },
      ],
      [
        'its directory replaced',
        (text) => {
          mkdirSync(`${directory}.next`);
          writeFileSync(path.join(`${directory}.next`, path.basename(daemon.file)), text);
          renameSync(directory, `${directory}.old`);
          renameSync(`${directory}.next`, directory);
          rmSync(`${directory}.old`, { recursive: true });
        },
      ],
    ];
    test.each(changes)('%s, and the change after it', async (_name, change) => {
      change(flagsWith('on'));
      await expect.poll(() => variantOf('boolean'), { ...patience, interval: 5 }).toBe('on');
      daemon.replace(flagsWith('off'));
      await expect.poll(() => variantOf('boolean'), { ...patience, interval: 5 }).toBe('off');
    });
  });
});
