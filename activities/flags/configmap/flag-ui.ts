import { parse } from 'jsonc-parser';
import type { JsonObject } from '../../../workflows/contract.ts';
import { Problem } from '../../../workflows/problem.ts';

/** One that does not answer within this is away (ms). */
const patience = 3_000;

/**
 * The demo's flagd-ui: reads and writes the live copy as one document. It answers before it has written, and drops what is no
 * flag from what it reads.
 */
export class FlagUi {
  readonly #base: () => Promise<string>;

  /** `base`: where it answers. */
  constructor(base: () => Promise<string>) {
    this.#base = base;
  }

  /** The definitions, by flag. Throws Problem `lab-down`. */
  async read(): Promise<JsonObject> {
    const answer = await this.#ask('/api/read', {});
    const { flags } = (await answer.json()) as { flags?: JsonObject };
    if (flags) return flags;
    throw away(`${answer.url} answered something else than a flag document`);
  }

  /** Puts those texts in the place of these definitions' own. */
  async write(definitions: JsonObject, texts: ReadonlyMap<string, string>): Promise<void> {
    const edits = [...texts].map(([flag, text]) => [flag, parse(text) as JsonObject] as const);
    const data = { $schema: schema, flags: { ...definitions, ...Object.fromEntries(edits) } };
    const headers = { 'content-type': 'application/json' };
    await this.#ask('/api/write', { method: 'POST', headers, body: JSON.stringify({ data }) });
  }

  async #ask(path: string, init: RequestInit): Promise<Response> {
    const url = new URL(path, await this.#base());
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(patience) });
      if (response.ok) return response;
      throw new Error(`it answered ${response.status}`);
    } catch (error) {
      throw away(`flagd-ui does not take ${url.pathname}: ${(error as Error).message}`, error);
    }
  }
}

/** As the demo's own documents have it. */
const schema = 'https://flagd.dev/schema/v0/flags.json';

function away(message: string, cause?: unknown): Problem {
  return new Problem('lab-down', message, "Look at flagd's pod: npm run status", { cause });
}
