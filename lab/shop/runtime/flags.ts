import type { Client, EvaluationContext, EvaluationDetails } from '@openfeature/server-sdk';
import { exchange } from './http.ts';

// Busy services would otherwise ask more often than a change of a flag can matter.
const freshMs = 250;
const timeoutMs = 1000;

/** The flags as a service sees them. An absent flag, or an absent flag daemon, gives the resting value. */
export interface Flags {
  on: (flag: string, context?: EvaluationContext) => Promise<boolean>;
  /** A number, 0 or more. A boolean counts as 0 or 1: `cartFailure` is a number in 3.0.0 and a boolean in 2.2.0. */
  amount: (flag: string, resting?: number) => Promise<number>;
}

/** Connects this thread's OpenFeature SDK to the flag daemon, once a flag is asked for. */
export function connectFlags(ofrep: string, log: (message: string, details: Record<string, unknown>) => void): Flags {
  let client: Promise<Client> | undefined;
  const fresh = new Map<string, { at: number; value: Promise<number> }>();
  const reported = new Set<string>();

  const usable = (details: EvaluationDetails<boolean | number>, resting: number): number => {
    const value = Number(details.value);
    if (!mismatched(details) && Number.isFinite(value) && value >= 0) return value;
    if (!reported.has(details.flagKey)) log('bad flag', { flag: details.flagKey, reason: details.errorMessage });
    reported.add(details.flagKey);
    return resting;
  };
  const cached = async (key: string, read: (sdk: Client) => Promise<number>): Promise<number> => {
    const now = performance.now();
    const known = fresh.get(key);
    if (known !== undefined && now - known.at < freshMs) return known.value;
    client ??= connect(ofrep);
    const value = client.then(read);
    fresh.set(key, { at: now, value });
    return value;
  };

  return {
    on: async (flag, context) => {
      const value = await cached(`${flag} ${JSON.stringify(context)}`, async (sdk) => {
        const details = await sdk.getBooleanDetails(flag, false, context);
        return usable(mismatched(details) ? await sdk.getNumberDetails(flag, 0, context) : details, 0);
      });
      return value > 0;
    },
    amount: async (flag, resting = 0) =>
      cached(flag, async (sdk) => {
        const details = await sdk.getNumberDetails(flag, resting);
        return usable(mismatched(details) ? await sdk.getBooleanDetails(flag, false) : details, resting);
      }),
  };
}

function mismatched(details: EvaluationDetails<boolean | number>): boolean {
  return details.errorCode === 'TYPE_MISMATCH';
}

// Half of the services ask for no flag, and need not load the SDK.
async function connect(ofrep: string): Promise<Client> {
  const [{ OpenFeature }, { OFREPProvider }] = await Promise.all([
    import('@openfeature/server-sdk'),
    import('@openfeature/ofrep-provider'),
  ]);
  const silent = { error: noop, warn: noop, info: noop, debug: noop };
  OpenFeature.setLogger(silent).setProvider(new OFREPProvider({ baseUrl: ofrep, fetchImplementation: cheapFetch }));
  return OpenFeature.getClient();
}

// As much of fetch as the provider uses.
async function cheapFetch(input: string | URL | Request): Promise<Response> {
  if (!(input instanceof Request)) throw new TypeError('the OFREP provider passes a Request');
  const { status, headers, body } = await exchange(input.url, {
    method: input.method,
    headers: Object.fromEntries(input.headers),
    body: await input.text(),
    timeoutMs,
  });
  const retryAfter = headers['retry-after'];
  return new Response(body.toString(), {
    status,
    headers: {
      'content-type': headers['content-type'] ?? '',
      ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
    },
  });
}

function noop(): void {}
