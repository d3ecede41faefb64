import type { Credentials, Verdict } from './login.ts';

/** Asks for `url` with Basic authorization: 200 is a login. */
export async function logInOverHttp(url: string, { user, password }: Credentials): Promise<Verdict> {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  try {
    const { status } = await fetch(url, {
      headers: { authorization },
      redirect: 'manual',
      signal: AbortSignal.timeout(5_000),
    });
    if (status === 200) return 'good';
    return status === 401 || status === 403 ? 'refused' : { away: `it answers ${status}` };
  } catch (error) {
    return { away: codeOf((error as Error).cause) };
  }
}

/** Not what fetch says, which may quote the request. */
function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | undefined)?.code ?? 'no answer');
}
