import Fastify from 'fastify';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Logins } from '../../../activities/secrets/logins/logins.ts';
import { scramVerifier } from '../../../activities/secrets/logins/scram.ts';

/** A name that is none without quotes. */
const user = 'the "shop"; DROP ROLE postgres';
const [old, wanted] = ['canary-old-Aa0', 'canary-new-Bb1'];
const passwords: Record<string, string> = { old, wanted };
const read = (_key: string, version: string) => Promise.resolve({ user, password: passwords[version] ?? '' });
const never = new AbortController().signal;

const at = (url: string, places: Record<string, string>) => new Logins(places, () => Promise.resolve(url), read);

describe('over HTTP', () => {
  it('200 is a login, and a place that learns its password at a restart is told nothing', async () => {
    const seen = vi.fn<(authorization: string | undefined) => void>();
    const app = Fastify({ forceCloseConnections: true });
    app.get('/grafana/api/org', (request, reply) => {
      seen(request.headers.authorization);
      const good = `Basic ${Buffer.from(`${user}:${wanted}`).toString('base64')}`;
      return reply.code(request.headers.authorization === good ? 200 : 401).send({});
    });
    const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/grafana/api/org`;
    onTestFinished(() => app.close());
    const grafana = 'http://grafana:80/grafana/api/org';
    const logins = at(url, { grafana });
    expect(await logins.change('grafana', 'old', 'wanted', never)).toBe(false);
    expect(seen).not.toHaveBeenCalled();
    expect(await logins.prove('grafana', 'wanted', never)).toBe(grafana);
    const error = (await logins.prove('grafana', 'old', never).catch((thrown: unknown) => thrown)) as Error;
    expect(error).toMatchObject({ code: 'login-failed' });
    expect(error.message).not.toContain(old);
  });
});

it('of a key that has no place, nothing is told or proven', async () => {
  const logins = at('postgresql://127.0.0.1:9/astronomy_db', {
    postgres: 'postgresql://astronomy-db:5432/astronomy_db',
  });
  expect(await logins.change('other', 'old', 'wanted', never)).toBe(false);
  expect(await logins.prove('other', 'wanted', never)).toBeNull();
});

it('the verifier is that of RFC 7677', () => {
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
  const verifier = scramVerifier('pencil', salt);
  expect(verifier).toBe(
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  );
});
