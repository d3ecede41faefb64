import path from 'node:path';
import type { SerializableSpan } from '@temporalio/interceptors-opentelemetry';
import type { WorkerOptions } from '@temporalio/worker';
import { projectRoot } from '../../environments/root.ts';
import { tracesWanted } from '../../environments/traces.ts';

/** What a worker's options take so that workflows and activities are traced, and what sends the last spans. */
export interface WorkerTraces {
  options: Pick<WorkerOptions, 'interceptors' | 'sinks'>;
  flush: () => Promise<boolean>;
}

/** How long spans are gathered before they are sent (ms). */
const delay = 1_000;
/** How long a worker that ends waits for its collector (ms). */
const patience = 1_000;

/** The workflows as they are to be run, traced or not; the build makes both. */
export function workflowBundle(traced: boolean): { codePath: string } {
  const name = traced ? 'bundle.traced.generated.cjs' : 'bundle.generated.cjs';
  return { codePath: path.join(projectRoot, 'dist/workflows', name) };
}

/** Undefined where no collector is named: then nothing of OpenTelemetry is loaded. */
export async function workerTraces(environment: string): Promise<WorkerTraces | undefined> {
  if (!tracesWanted()) return undefined;
  const [{ startTraces }, otel] = await Promise.all([
    import('../../environments/otel.ts'),
    import('@temporalio/interceptors-opentelemetry/lib/worker/index.js'),
  ]);
  const { resource, processor, flush } = startTraces('incidentfox-worker', environment, delay);
  const { OpenTelemetryActivityInboundInterceptor: Activities, OpenTelemetryActivityOutboundInterceptor: Lines } = otel;
  const { export: exporting } = otel.makeWorkflowExporter(processor, resource);
  return {
    options: {
      interceptors: { activity: [(context) => ({ inbound: new Activities(context), outbound: new Lines(context) })] },
      sinks: {
        exporter: {
          export: {
            // of all that is known of a workflow, what a span is found by
            fn: ({ workflowId, runId, workflowType, taskQueue }, spans: SerializableSpan[]) => {
              exporting.fn({ workflowId, runId, workflowType, taskQueue } as Parameters<typeof exporting.fn>[0], spans);
            },
          },
        },
      },
    },
    flush: () => flush(patience),
  };
}
