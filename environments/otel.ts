import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResourcesSync, envDetectorSync, Resource } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-node';

/** What a process exports spans with. */
export interface Traces {
  resource: Resource;
  processor: SpanProcessor;
  /** Sends what is left, for at most so long (ms); a collector that does not answer is no error. */
  flush(within: number): Promise<void>;
}

/**
 * Has this process's spans exported by OTLP over HTTP (protobuf), where OpenTelemetry's own variables say. `timeout`: of one export
 * (ms). Import it only where traces are wanted: it takes a while to load.
 */
export function startTraces(service: string, environment: string, timeout = 10_000): Traces {
  const own = new Resource({ 'service.name': service, 'deployment.environment.name': environment });
  // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES go before it
  const resource = own.merge(detectResourcesSync({ detectors: [envDetectorSync] }));
  const exporter = new OTLPTraceExporter({ timeoutMillis: timeout });
  const processor = new BatchSpanProcessor(exporter, { scheduledDelayMillis: 500, exportTimeoutMillis: timeout });
  new NodeTracerProvider({ resource, spanProcessors: [processor] }).register();
  const flush = async (within: number): Promise<void> => {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<void>((resolve) => (timer = setTimeout(resolve, within)));
    await Promise.race([processor.forceFlush().catch(() => undefined), tooLate]);
    clearTimeout(timer);
  };
  return { resource, processor, flush };
}
