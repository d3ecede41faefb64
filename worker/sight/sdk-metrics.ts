import getPort from 'get-port';
import type { TelemetryOptions } from '@temporalio/worker';
import { metricsAddress } from '../../environments/metrics-address.ts';

/** How long the SDK is waited for (ms). */
const patience = 2_000;

/** The SDK's own metrics: served by itself on a free port of this machine only, and read there to be served with ours. */
export interface SdkMetrics {
  options: Pick<TelemetryOptions, 'metrics'>;
  /** as Prometheus reads them; nothing where they cannot be had, since ours are the more important ones */
  read: () => Promise<string>;
}

/** Undefined where no metrics are served. Names and units as Prometheus has them: counters `_total`, times in `_seconds`. */
export async function sdkMetrics(environment: string): Promise<SdkMetrics | undefined> {
  if (!metricsAddress()) return undefined;
  const bindAddress = `127.0.0.1:${await getPort({ host: '127.0.0.1' })}`;
  return {
    options: {
      metrics: {
        prometheus: { bindAddress, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true },
        globalTags: { environment },
      },
    },
    read: async () => {
      try {
        const response = await fetch(`http://${bindAddress}/metrics`, { signal: AbortSignal.timeout(patience) });
        return response.ok ? await response.text() : '';
      } catch {
        return '';
      }
    },
  };
}
