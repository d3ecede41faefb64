import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Watch } from '@kubernetes/client-node';
import type { Cluster } from './cluster.ts';

/** A watch that the API server has ended is started again after so long (ms). */
const pause = 200;
/** One that breaks without a word is noticed after so long: none lives longer (s). */
const longest = 30;

/** Objects by their path in the API, such as `/api/v1/namespaces/x/secrets`, and a field selector. */
export interface Watched {
  path: string;
  fieldSelector?: string;
}

/**
 * Calls `look` at once and whenever one of the objects has changed, until it answers something. Undefined where that does not happen
 * within `patience` (ms).
 */
export async function watchUntil<T>(
  cluster: Cluster,
  watched: Watched[],
  look: () => Promise<T | undefined>,
  patience: number,
  signal: AbortSignal,
): Promise<T | undefined> {
  const own = new AbortController();
  // not AbortSignal.timeout in an AbortSignal.any: Node 20 may collect it as garbage, and it never fires
  const { signal: end } = own;
  const abort = (): void => own.abort();
  signal.throwIfAborted();
  const timer = setTimeout(abort, patience);
  signal.addEventListener('abort', abort, { once: true });
  let news = new Set<() => void>();
  let isNew = false;
  const wake = (): void => {
    isNew = true;
    for (const each of news) each();
    news = new Set();
  };
  end.addEventListener('abort', wake, { once: true });
  const watching = watched.map((each) => keepWatching(cluster, each, wake, end));
  try {
    while (!end.aborted) {
      isNew = false;
      const found = await look();
      if (found !== undefined) return found;
      if (!isNew) await new Promise<void>((resolve) => news.add(resolve));
    }
    signal.throwIfAborted();
    return undefined;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    own.abort();
    await Promise.all(watching);
  }
}

/** What it cannot watch now, it tries again: the API server may be away for a while. */
async function keepWatching(
  cluster: Cluster,
  { path, fieldSelector }: Watched,
  onChange: () => void,
  end: AbortSignal,
): Promise<void> {
  while (!end.aborted) {
    await watchOnce(cluster, path, fieldSelector, onChange, end).catch(() => undefined);
    await delay(pause, undefined, { signal: end }).catch(() => undefined);
    onChange();
  }
}

/** Resolves when the API server ends it, after `longest`, or at `end`. */
async function watchOnce(
  cluster: Cluster,
  path: string,
  fieldSelector: string | undefined,
  onChange: () => void,
  end: AbortSignal,
): Promise<void> {
  const selectors = { timeoutSeconds: longest, ...(fieldSelector === undefined ? {} : { fieldSelector }) };
  const over = new AbortController();
  const stop = (): void => over.abort();
  // a server that stands still neither begins nor ends it, and is not waited for
  const timer = setTimeout(stop, (longest + 5) * 1_000);
  end.addEventListener('abort', stop, { once: true });
  const begun = new Watch(cluster.config).watch(path, selectors, onChange, stop);
  void abortAt(over.signal, begun).catch(stop);
  if (!end.aborted && !over.signal.aborted) await once(over.signal, 'abort');
  clearTimeout(timer);
  end.removeEventListener('abort', stop);
  stop();
}

/** Ends a watch, also one that has only just begun. */
async function abortAt(end: AbortSignal, begun: Promise<AbortController>): Promise<void> {
  const controller = await begun;
  if (!end.aborted) await once(end, 'abort');
  controller.abort();
}
