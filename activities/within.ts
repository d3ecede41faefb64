/**
 * Runs `step` with a signal that is aborted after `ms`, and when `signal` is. Not AbortSignal.timeout in an AbortSignal.any: Node 20
 * may collect it as garbage, and it never fires.
 */
export async function within<T>(
  ms: number,
  signal: AbortSignal | undefined,
  step: (limit: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const limit = new AbortController();
  const stop = (): void => limit.abort(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  const timer = setTimeout(() => limit.abort(new Error(`no answer within ${ms / 1_000} s`)), ms);
  try {
    return await step(limit.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}
