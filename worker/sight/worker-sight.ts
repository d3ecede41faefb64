import { Runtime, type Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import { sdkLogger } from './sdk-logger.ts';
import { type SdkMetrics, sdkMetrics } from './sdk-metrics.ts';
import { Sight } from './sight.ts';
import { type WorkerParts, workerParts } from './worker-parts.ts';
import { workerTraces } from './traces.ts';

/** How a worker process is seen: beside its metrics and health, those of the SDK, its log and its traces. */
export interface WorkerSight {
  sight: Sight;
  parts: WorkerParts;
  /** these are to poll; until then, and from `stopping` on, the process is not ready */
  running(workers: readonly Worker[], stopping: AbortSignal): void;
  /** sends what is left to send, within a second */
  close(): Promise<void>;
}

/** Installs the SDK's runtime, so it must come before all else of it. Throws Problem `bad-usage` or `start-failed`. */
export async function openWorkerSight(environment: string, log: Logger): Promise<WorkerSight> {
  const sight = new Sight(environment);
  sight.health.whyNotReady = () => 'no worker polls yet';
  const [sdk, traces] = await Promise.all([sdkMetrics(environment), workerTraces(environment)]);
  install(log, sdk);
  const close = await sight.serve(sdk?.read);
  return {
    sight,
    parts: workerParts(sight.metrics, traces),
    running: (workers, stopping) => {
      sight.health.whyNotReady = () => (stopping.aborted ? 'it is stopping' : whyNotPolling(workers));
    },
    close: async () => {
      await Promise.all([close(), traces?.flush()]);
      Runtime.instance().flushLogs();
    },
  };
}

function install(log: Logger, sdk: SdkMetrics | undefined): void {
  Runtime.install({
    shutdownSignals: [],
    logger: sdkLogger(log),
    telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } }, ...sdk?.options },
  });
}

function whyNotPolling(workers: readonly Worker[]): string | undefined {
  const states = workers.map((worker) => worker.getStatus());
  const isPolling = states.every(
    ({ runState, workflowPollerState, activityPollerState }) =>
      runState === 'RUNNING' && workflowPollerState !== 'FAILED' && activityPollerState !== 'FAILED',
  );
  return isPolling ? undefined : `a worker does not poll: ${states.map(({ runState }) => runState).join(', ')}`;
}
