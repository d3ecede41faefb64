import { Client, escapeIdentifier } from 'pg';
import type { Credentials, Verdict } from './login.ts';
import { scramVerifier } from './scram.ts';

const timeout = 5_000;

/** Logs in to a PostgreSQL, whose address is `postgresql://<host>:<port>/<database>`. */
export async function logInToPostgres(url: string, credentials: Credentials): Promise<Verdict> {
  return await withClient(url, credentials, async (client) => void (await client.query('SELECT 1')));
}

/** Gives the user who logs in another password. The server is told a verifier, so that neither its log nor its memory has the password. */
export async function changePostgresPassword(url: string, credentials: Credentials, to: string): Promise<Verdict> {
  return await withClient(url, credentials, async (client) => {
    const verifier = client.escapeLiteral(scramVerifier(to));
    await client.query(`ALTER ROLE ${escapeIdentifier(credentials.user)} PASSWORD ${verifier}`);
  });
}

async function withClient(
  url: string,
  { user, password }: Credentials,
  work: (client: Client) => Promise<void>,
): Promise<Verdict> {
  const { hostname, port, pathname } = new URL(url);
  const client = new Client({
    host: hostname,
    port: Number(port || 5432),
    database: decodeURIComponent(pathname.slice(1)),
    user,
    password,
    connectionTimeoutMillis: timeout,
    query_timeout: timeout,
  });
  // one that breaks between two calls is told by the next call
  client.on('error', () => undefined);
  try {
    await client.connect();
    await work(client);
    return 'good';
  } catch (error) {
    return verdictOf(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** By its code: what the server or the driver says may quote what it was given. Classes: PostgreSQL's manual, appendix A. */
function verdictOf(error: unknown): Verdict {
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string') return { away: 'it does not answer in time' };
  return code.startsWith('28') ? 'refused' : { away: code };
}
