import type { PodName } from './services.ts';

/** Where each ready service can be called; one that is missing has no endpoints. */
export type Addresses = Partial<Record<PodName, string>>;

/** What a thread is started with. */
export interface ThreadSettings {
  name: PodName;
  /** port to listen on; 0 lets the system choose */
  port: number;
  /** base URL of the flag daemon's OFREP endpoint */
  ofrep: string;
  /** base URL of the main thread's own server, which answers `/board` and `/health` */
  board: string;
  addresses: Addresses;
}

/** Requests of one method, route and status since the thread started. */
export interface RequestCounts {
  route: string;
  status: number;
  count: number;
  /** seconds, all requests together */
  sum: number;
  /** cumulative counts, one for each bound in `latencyBuckets` */
  buckets: number[];
}

/** A thread's own account of itself; everything but the gauges counts up from the thread's start. */
export interface Report {
  requests: RequestCounts[];
  /** seconds in which the event loop was busy, and idle */
  loopActive: number;
  loopIdle: number;
  gcSeconds: number;
  summaries: { accurate: number; inaccurate: number };
  /** gauges: bytes, bytes, messages (null where the service has no queue) */
  heapUsed: number;
  retainedBytes: number;
  lag: number | null;
}

export type ToThread = { kind: 'addresses'; addresses: Addresses } | { kind: 'report' };

export type FromThread =
  | { kind: 'listening'; url: string }
  | { kind: 'cannot-listen'; message: string }
  | { kind: 'report'; report: Report }
  | { kind: 'log'; message: string; details: Record<string, unknown> };

/** Upper bounds of the latency histograms, in seconds. */
export const latencyBuckets = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 7.5, 10, 15, 30] as const;
