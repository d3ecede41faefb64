import { exchange } from '../runtime/http.ts';

const timeoutMs = 30_000;
// As many connections as a browser opens to one host.
const maxImages = 6;

/** One user's browser: a session, one page at a time, and pictures in the background. */
export interface Browser {
  /** Loads a page and at most `images` of its pictures. */
  page: (path: string, images: number) => Promise<void>;
  send: (method: 'POST' | 'DELETE', path: string, body?: unknown) => Promise<void>;
}

/** Opens a browser; what fails is counted by the services and means nothing to the user. */
export function openBrowser(base: () => string, session: string): Browser {
  const cookie = `shop_session=${session}`;
  let loading = 0;

  const load = async (path: string, method = 'GET', body?: unknown): Promise<string> => {
    const question = body === undefined ? {} : { body: JSON.stringify(body) };
    const headers = { cookie, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const answer = await exchange(base() + path, { method, headers, timeoutMs, ...question });
    return answer.body.toString();
  };
  const loadImage = async (path: string): Promise<void> => {
    if (loading >= maxImages) return;
    loading += 1;
    await load(path).catch(() => '');
    loading -= 1;
  };

  return {
    page: async (path, images) => {
      const html = await load(path);
      const sources = [...html.matchAll(/src="(\/images\/[^"]+)"/g)].slice(0, images);
      for (const [, source] of sources) if (source !== undefined) void loadImage(source);
    },
    send: async (method, path, body) => {
      await load(path, method, body);
    },
  };
}
