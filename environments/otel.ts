import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResourcesSync, envDetectorSync, Resource } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-node';

/** What a process exports spans with. */
export interface Traces {
  resource: Resource;
  processor: SpanProcessor;
  /** Sends what is left, for at most so long (ms), and answers whether the collector took it; that it did not is no error. */
  flush(within: number): Promise<boolean>;
}

/** How long an export may take (ms): nobody waits for it. */
const exportTimeout = 10_000;

/**
 * Has this process's spans exported by OTLP over HTTP (protobuf), where OpenTelemetry's own variables say; in batches, each after
 * `delay` (ms). Import it only where traces are wanted: it takes a while to load.
 */
export function startTraces(service: string, environment: string, delay: number): Traces {
  const own = new Resource({ 'service.name': service, 'deployment.environment.name': environment });
  // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES go before it
  const resource = own.merge(detectResourcesSync({ detectors: [envDetectorSync] }));
  const exporter = new OTLPTraceExporter({ timeoutMillis: exportTimeout });
  const processor = new BatchSpanProcessor(exporter, {
    scheduledDelayMillis: delay,
    exportTimeoutMillis: exportTimeout,
  });
  new NodeTracerProvider({ resource, spanProcessors: [processor] }).register();
  const sent = async (): Promise<boolean> => {
    await processor.forceFlush();
    // those of batches before it, too
    await exporter.forceFlush();
    return true;
  };
  const flush = async (within: number): Promise<boolean> => {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), within)));
    return await Promise.race([sent().catch(() => false), tooLate]).finally(() => clearTimeout(timer));
  };
  return { resource, processor, flush };
}
