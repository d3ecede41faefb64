import { createServer, type Socket } from 'node:net';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { Logins } from '../../activities/secrets/logins/logins.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { Postgres } from '../support/postgres/postgres.ts';

const cleanup = fileCleanup();
let postgres: Postgres;
/** A name that is none without quotes. */
const user = 'the "shop"; DROP ROLE postgres';
const [old, wanted] = ['canary-old-Aa0', 'canary-new-Bb1'];
const passwords: Record<string, string> = { old, wanted, other: 'canary-other-Cc2' };
const read = (_key: string, version: string) => Promise.resolve({ user, password: passwords[version] ?? '' });
const place = 'postgresql://astronomy-db:5432/astronomy_db';
const never = new AbortController().signal;

const at = (url: () => string) => new Logins({ postgres: place }, () => Promise.resolve(url()), read);

beforeAll(async () => {
  postgres = await Postgres.up(cleanup);
});
beforeEach(() => postgres.know(user, old));

describe('a real PostgreSQL', () => {
  const logins = at(() => postgres.url);

  it('takes another password, and keeps it when it is told again', async () => {
    expect(await logins.prove('postgres', 'old', never)).toBe(place);
    for (const from of ['old', 'old']) {
      expect(await logins.change('postgres', from, 'wanted', never)).toBe(true);
      expect([await postgres.accepts(user, wanted), await postgres.accepts(user, old)]).toEqual([true, false]);
    }
    await expect(logins.prove('postgres', 'old', never)).rejects.toMatchObject({ code: 'login-failed' });
    expect(await logins.change('postgres', 'wanted', 'old', never)).toBe(true);
    expect(await postgres.accepts(user, old)).toBe(true);
  });

  it('keeps what it has where that is neither of the two, and nobody is told a password', async () => {
    const error = (await logins
      .change('postgres', 'other', 'wanted', never)
      .catch((thrown: unknown) => thrown)) as Error;
    expect(error).toMatchObject({ code: 'login-failed', message: expect.stringContaining('neither') as string });
    for (const password of Object.values(passwords))
      expect(JSON.stringify([error.message, error])).not.toContain(password);
    expect(await postgres.accepts(user, old)).toBe(true);
  });

  it('has told its log no password', async () => {
    await logins.change('postgres', 'old', 'wanted', never);
    expect(postgres.log).toContain('ALTER ROLE');
    expect(postgres.log).toContain('SCRAM-SHA-256$4096:');
    for (const password of Object.values(passwords)) expect(postgres.log.includes(password)).toBe(false);
  });

  it('is waited for while it is away', async () => {
    await postgres.stop();
    const changing = logins.change('postgres', 'old', 'wanted', never);
    await postgres.start();
    expect(await changing).toBe(true);
    expect(await postgres.accepts(user, wanted)).toBe(true);
  });

  it('is not waited for by what was cancelled', async () => {
    await postgres.stop();
    const cancel = new AbortController();
    const proving = logins.prove('postgres', 'old', cancel.signal);
    cancel.abort();
    await expect(proving).rejects.toMatchObject({ name: 'AbortError' });
    await postgres.start();
  });

  it('may have taken it though its answer was lost', async () => {
    const cutting = await cutAfterChange();
    const through = at(() => `postgresql://127.0.0.1:${cutting.port}/${postgres.database}`);
    expect(await through.change('postgres', 'old', 'wanted', never)).toBe(true);
    expect(cutting.cuts()).toBe(1);
    expect(await postgres.accepts(user, wanted)).toBe(true);
  });
});

/** A way to the database that breaks once: when that has done what it was told, and before it says so. */
async function cutAfterChange(): Promise<{ port: number; cuts: () => number }> {
  let cuts = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const behind = new (socket.constructor as new () => Socket)();
    behind.connect(postgres.port, '127.0.0.1');
    let isTold = false;
    socket.on('data', (data) => {
      isTold ||= data.includes('ALTER ROLE');
      behind.write(data);
    });
    behind.on('data', (data) => {
      if (!isTold || cuts > 0) return void socket.write(data);
      cuts += 1;
      socket.destroy();
    });
    for (const [from, to] of [
      [socket, behind],
      [behind, socket],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as { port: number }).port, cuts: () => cuts };
}
