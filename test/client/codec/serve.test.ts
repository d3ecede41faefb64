import { beforeAll, describe, expect, it } from 'vitest';
import { fileCleanup } from '../../support/cleanups.ts';
import { newKey, writeKeys } from '../../support/codec-keys.ts';
import { startCodecServer } from '../../support/codec-server.ts';
import { builtCommand } from '../../support/lab.ts';

const cleanup = fileCleanup();
let keys: string;

beforeAll(async () => {
  keys = await writeKeys({ active: 'one', keys: { one: { key: newKey() } } }, 0o600, cleanup);
});

describe('npm run codec -- serve', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('ends on %s, also with a connection open', async (signal) => {
    const server = await startCodecServer(keys, cleanup);
    const slow = fetch(`${server.endpoint}/decode`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new ReadableStream(),
      duplex: 'half',
    } as RequestInit).catch(() => undefined);
    server.child.kill(signal);
    expect(await server.child).toMatchObject({ exitCode: 0 });
    await slow;
  });

  it('listens on loopback only, unless told', async () => {
    const { endpoint: here } = await startCodecServer(keys, cleanup);
    await expect(fetch(here.replace('127.0.0.1', '127.0.0.2'))).rejects.toThrow('fetch failed');
    expect((await fetch(here)).status).toBe(404);
  });

  it.each([
    ['no port', ['--port', 'x'], 'is no port'],
    ['a port that is none', ['--port', '65536'], 'is no port'],
    ['no origin', ['--origin', 'http://'], '--origin'],
    ['an origin with a path', ['--origin', 'http://127.0.0.1:8233/ui'], '--origin'],
    ['any origin', ['--origin', '*'], '--origin'],
    ['a host that is none', ['--host', 'a b'], '--host'],
  ])('refuses %s', async (_what, options, told) => {
    const { exitCode, stderr } = await builtCommand('codec', ['serve', ...options], { INCIDENTFOX_CODEC_KEYS: keys });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(told)]);
  });

  it('says where it cannot listen, and that it has no keys', async () => {
    const { endpoint } = await startCodecServer(keys, cleanup);
    const { port } = new URL(endpoint);
    const taken = await builtCommand('codec', ['serve', '--port', port], { INCIDENTFOX_CODEC_KEYS: keys });
    expect([taken.exitCode, taken.stderr]).toEqual([1, expect.stringContaining('EADDRINUSE')]);
    const without = await builtCommand('codec', ['serve'], { INCIDENTFOX_CODEC_KEYS: '' });
    expect([without.exitCode, without.stderr]).toEqual([2, expect.stringContaining('npm run codec -- keys')]);
  });
});
