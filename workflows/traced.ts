// first: OpenTelemetry looks for a browser's globals when it is loaded
import '@temporalio/interceptors-opentelemetry/lib/workflow/runtime.js';
import { BasicTracerProvider, type IdGenerator, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { TRACE_HEADER } from '@temporalio/interceptors-opentelemetry/lib/instrumentation.js';
import {
  OpenTelemetryInboundInterceptor,
  OpenTelemetryInternalsInterceptor,
  OpenTelemetryOutboundInterceptor,
} from '@temporalio/interceptors-opentelemetry/lib/workflow/index.js';
import { SpanExporter } from '@temporalio/interceptors-opentelemetry/lib/workflow/span-exporter.js';
import {
  getRandomStream,
  type Next,
  type QueryInput,
  type SignalInput,
  type UpdateInput,
  type WorkflowInboundCallsInterceptor as Inbound,
  type WorkflowInterceptors,
} from '@temporalio/workflow';

/**
 * Interceptors of workflows that are traced. They are in a bundle of their own, `bundle.traced.generated.cjs`, so that where no traces
 * are wanted not a line of them runs.
 */
export function interceptors(): WorkflowInterceptors {
  return {
    inbound: [new TracedInbound()],
    outbound: [new TracedOutbound()],
    internals: [new OpenTelemetryInternalsInterceptor()],
  };
}

/**
 * Ids of a random stream of their own: what a workflow itself draws (the id of a new secret's version) stays the same, with traces
 * and without, also where they are turned on or off in the middle of it.
 */
const ids: IdGenerator = {
  generateTraceId: () => hexadecimal(16),
  generateSpanId: () => hexadecimal(8),
};

function hexadecimal(bytes: number): string {
  const stream = getRandomStream('incidentfox-traces');
  const byte = (): string =>
    Math.floor(stream.random() * 256)
      .toString(16)
      .padStart(2, '0');
  return Array.from({ length: bytes }, byte).join('');
}

const provider = new BasicTracerProvider({
  idGenerator: ids,
  spanProcessors: [new SimpleSpanProcessor(new SpanExporter())],
});
const tracer = provider.getTracer('incidentfox-workflows');

/** Signals, Queries and Updates of callers without a trace make none: those that activities and watching clients send are many. */
class TracedInbound extends OpenTelemetryInboundInterceptor {
  protected override readonly tracer = tracer;

  override async handleSignal(input: SignalInput, next: Next<Inbound, 'handleSignal'>): Promise<void> {
    return await (isTraced(input) ? super.handleSignal(input, next) : next(input));
  }

  override async handleUpdate(input: UpdateInput, next: Next<Inbound, 'handleUpdate'>): Promise<unknown> {
    return await (isTraced(input) ? super.handleUpdate(input, next) : next(input));
  }

  override validateUpdate(input: UpdateInput, next: Next<Inbound, 'validateUpdate'>): void {
    if (isTraced(input)) super.validateUpdate(input, next);
    else next(input);
  }

  override async handleQuery(input: QueryInput, next: Next<Inbound, 'handleQuery'>): Promise<unknown> {
    return await next(input);
  }
}

class TracedOutbound extends OpenTelemetryOutboundInterceptor {
  protected override readonly tracer = tracer;
}

function isTraced({ headers }: Pick<SignalInput, 'headers'>): boolean {
  return headers[TRACE_HEADER] !== undefined;
}
