import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { flagdCommand } from '../../../lab/flagd/command.ts';
import { patience } from '../../support/patience.ts';
import { Daemon, flagsWith } from './daemon.ts';

// What only the embedded daemon promises: flagd 0.16 no longer looks at a file that it has once found gone, has no entity tags,
// and answers for its health on a port of its own.
describe('the embedded flag daemon', () => {
  let daemon: Daemon;
  const ready = async (): Promise<unknown> => {
    const response = await fetch(`${daemon.address}/readyz`);
    return { status: response.status, body: await response.json() };
  };
  const variant = async (): Promise<unknown> => (await daemon.evaluate('boolean'))['variant'];

  beforeEach(async () => {
    vi.stubEnv('FLAGD_PATH', undefined);
    daemon = new Daemon();
    mkdirSync(path.dirname(daemon.file));
    writeFileSync(daemon.file, flagsWith('on'));
    await daemon.start();
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await daemon.end();
  });

  test.each([
    ['missing', () => rmSync(daemon.file), /ENOENT/],
    ['empty', () => writeFileSync(daemon.file, ''), /empty/],
    ['truncated', () => daemon.replace(flagsWith('off').slice(0, -9)), /JSON/],
    ['not flagd', () => daemon.replace('{"flag":{}}'), /no object "flags"/],
    ['of a state that is none', () => daemon.replace(flagsWith('off').replace('ENABLED', 'enabled')), /enabled/],
    [
      'of a default that is no variant',
      () => daemon.replace(flagsWith('off').replace('"off"}', '"no"}')),
      /no missing/,
    ],
  ])('keeps the last good document where the next is %s', async (_what, spoil, problem) => {
    spoil();
    await expect
      .poll(ready, patience)
      .toEqual({ status: 200, body: { status: 'degraded', problem: expect.stringMatching(problem) } });
    expect(await variant()).toBe('on');

    daemon.replace(flagsWith('on'));
    await expect.poll(ready, patience).toEqual({ status: 200, body: { status: 'ok' } });
    daemon.replace(flagsWith('off'));
    await expect.poll(variant, patience).toBe('off');
  });

  test('logs a problem once, however often it is found', async () => {
    daemon.replace('{');
    await expect.poll(ready, patience).toMatchObject({ body: { problem: expect.stringContaining('position 1') } });
    daemon.replace('{');
    daemon.replace('[');
    await expect.poll(ready, patience).toMatchObject({ body: { problem: expect.stringContaining('end of') } });
    expect(daemon.logged.split('cannot be used').length - 1).toBe(2);
  });

  test('answers a bulk request with an entity tag, and 304 until something changes', async () => {
    const first = await daemon.post('', '{}');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{40}"$/);
    for (const tags of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const same = await daemon.post('', '{}', { 'if-none-match': tags });
      expect([tags, same.status, await same.text()]).toEqual([tags, 304, '']);
    }
    daemon.replace(flagsWith('off'));
    await expect.poll(variant).toBe('off');
    const changed = await daemon.post('', '{}', { 'if-none-match': etag });
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(etag);
  });

  test('answers on loopback only', async () => {
    const { port } = new URL(daemon.address);
    // 127.0.0.2 is this machine, too, but not the address that the daemon is bound to
    await expect(fetch(`http://127.0.0.2:${port}/healthz`)).rejects.toThrow('fetch failed');
    expect((await fetch(`${daemon.address}/healthz`)).status).toBe(200);
  });

  test('ends within half a second of SIGTERM, with a connection open', async () => {
    await daemon.evaluate('boolean');
    const { exitCode, took } = await daemon.stop();
    expect(exitCode).toBe(0);
    expect(took).toBeLessThan(500);
  });

  test('waits for a document that is not there yet', async () => {
    await daemon.end();
    daemon = new Daemon();
    await daemon.start();
    expect(await ready()).toMatchObject({ status: 412, body: { problem: expect.stringContaining('ENOENT') } });
    mkdirSync(path.dirname(daemon.file));
    writeFileSync(daemon.file, flagsWith('on'));
    await expect.poll(variant, patience).toBe('on');
  });
});

describe('flagdCommand', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test('refuses a FLAGD_PATH that cannot be run, by name', async () => {
    vi.stubEnv('FLAGD_PATH', '/nowhere/flagd');
    await expect(flagdCommand({ port: 1, file: 'x.json' })).rejects.toMatchObject({
      code: 'start-failed',
      message: expect.stringContaining('/nowhere/flagd'),
    });
  });

  test('takes the flagd that FLAGD_PATH names, and not one that is only on PATH', async () => {
    const daemon = new Daemon();
    const flagd = path.join(daemon.root, 'flagd');
    writeFileSync(flagd, '#!/bin/sh\n');
    chmodSync(flagd, 0o755);
    vi.stubEnv('PATH', `${daemon.root}:${process.env['PATH']}`);
    vi.stubEnv('FLAGD_PATH', undefined);
    expect(await flagdCommand({ port: 1, file: 'x.json' })).toMatchObject({ kind: 'embedded' });
    vi.stubEnv('FLAGD_PATH', flagd);
    const { kind, file, args } = await flagdCommand({ port: 1, file: 'x.json' });
    expect([kind, file]).toEqual(['flagd', flagd]);
    expect(args).toContain('--ofrep-port=1');
    await daemon.end();
  });
});
