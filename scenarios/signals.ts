/**
 * What the embedded shop measures of each of its services, once a second; the board answers for any of them.
 * Each is taken over a sliding window: a share (0 to 1), a mean, a rate, or the newest value of a gauge.
 */
export const signals = {
  request_rate: 'requests/s',
  error_ratio: 'ratio',
  latency_mean: 's',
  latency_p95: 's',
  /** share of time in which the service's event loop was busy */
  cpu: 'ratio',
  /** share of time spent in garbage collection */
  gc_ratio: 'ratio',
  /** growth of what the service keeps in memory on purpose (caches, sent mails) */
  retained_growth: 'bytes/s',
  /** messages published but not yet consumed */
  queue_lag: 'messages',
  /** 1 while the service's readiness probe fails, else 0 */
  unready: 'ratio',
  /** share of product summaries that contradict the reviews they summarise */
  mismatch_ratio: 'ratio',
} as const;

export type Signal = keyof typeof signals;
