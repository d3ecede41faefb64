import type { Logger } from 'pino';
import { exchange } from './runtime/http.ts';

// Kubernetes' own defaults, but a probe each second instead of each ten.
const failureThreshold = 3;
const successThreshold = 1;
const timeoutMs = 1000;

/** Decides from readiness probes whether a service has endpoints. */
export class Readiness {
  /** whether callers are given its address */
  inEndpoints = false;
  /** what the last probe said */
  passing = false;
  private inRow = 0;

  /** Takes one probe's result. @returns whether the endpoints changed */
  observe(passed: boolean): boolean {
    this.inRow = passed === this.passing ? this.inRow + 1 : 1;
    this.passing = passed;
    const needed = passed ? successThreshold : failureThreshold;
    if (passed === this.inEndpoints || this.inRow < needed) return false;
    this.inEndpoints = passed;
    return true;
  }

  /** The thread is gone, and its address with it. */
  reset(): void {
    this.inEndpoints = false;
    this.passing = false;
    this.inRow = 0;
  }
}

/** Asks a service's readiness probe once. */
export async function probe(url: string): Promise<boolean> {
  try {
    return (await exchange(`${url}/ready`, { timeoutMs })).status === 200;
  } catch {
    return false;
  }
}

/** Logs a change of the endpoints. */
export function logChange(log: Logger, service: string, readiness: Readiness): void {
  if (readiness.inEndpoints) log.info({ service }, 'ready: in the endpoints');
  else log.warn({ service }, `not ready: out of the endpoints after ${failureThreshold} failed probes`);
}
