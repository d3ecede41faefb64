import type { FastifyInstance } from 'fastify';
import type { Calls } from './calls.ts';
import type { Flags } from './flags.ts';
import type { Gauges, Metrics } from './metrics.ts';
import type { ThreadSettings } from '../messages.ts';

/** What a service is given to work with. */
export interface Service {
  app: FastifyInstance;
  flags: Flags;
  calls: Calls;
  metrics: Metrics;
  settings: ThreadSettings;
  /** Runs a task again and again, `ms` after its last end; a failure of one run does not end it. */
  every: (ms: number, task: () => void | Promise<void>) => void;
}

/** Registers a service's routes and background work. */
export type Setup = (service: Service) => Gauges;
