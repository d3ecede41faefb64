import { type AddressInfo, createServer } from 'node:net';
import otlp from '@opentelemetry/otlp-transformer/build/src/generated/root.js';
import { fastify } from 'fastify';
import type { Cleanup } from './flags.ts';

/** A span as it came over the wire. */
export interface SeenSpan {
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  /** empty: the first of its trace */
  parentSpanId: string;
  attributes: Record<string, string>;
}

interface Attribute {
  key: string;
  value?: { stringValue?: string | null } | null;
}

/** What is used of protobuf's generated code, which has no types. */
interface Request {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: {
      spans: {
        name: string;
        traceId: Uint8Array;
        spanId: Uint8Array;
        parentSpanId: Uint8Array | null;
        attributes: Attribute[];
      }[];
    }[];
  }[];
}

const { ExportTraceServiceRequest } = (
  otlp as unknown as {
    opentelemetry: {
      proto: { collector: { trace: { v1: { ExportTraceServiceRequest: { decode(body: Buffer): Request } } } } };
    };
  }
).opentelemetry.proto.collector.trace.v1;

/** A collector of spans, by OTLP over HTTP. */
export async function startCollector(cleanup: Cleanup): Promise<{ endpoint: string; spans: SeenSpan[] }> {
  const spans: SeenSpan[] = [];
  const server = fastify();
  server.addContentTypeParser('application/x-protobuf', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  server.post('/v1/traces', async ({ body }, reply) => {
    spans.push(...spansIn(ExportTraceServiceRequest.decode(body as Buffer)));
    return await reply.type('application/x-protobuf').send(Buffer.alloc(0));
  });
  const endpoint = await server.listen({ host: '127.0.0.1', port: 0 });
  cleanup(() => server.close());
  return { endpoint, spans };
}

/** One that takes what it is sent and never answers; tells how often it was called. */
export async function startSilentCollector(cleanup: Cleanup): Promise<{ endpoint: string; calls: () => number }> {
  let calls = 0;
  const server = createServer((socket) => {
    calls += 1;
    socket.on('error', () => undefined).resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanup(async () => void server.close());
  const { port } = server.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${port}`, calls: () => calls };
}

function spansIn({ resourceSpans }: Request): SeenSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ name, traceId, spanId, parentSpanId, attributes }) => ({
        service: valuesOf(resource.attributes)['service.name'] ?? '',
        name,
        traceId: inHexadecimal(traceId),
        spanId: inHexadecimal(spanId),
        parentSpanId: inHexadecimal(parentSpanId ?? []),
        attributes: valuesOf(attributes),
      })),
    ),
  );
}

function inHexadecimal(id: Uint8Array | number[]): string {
  return Buffer.from(id).toString('hex');
}

function valuesOf(attributes: Attribute[]): Record<string, string> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value?.stringValue ?? '']));
}
