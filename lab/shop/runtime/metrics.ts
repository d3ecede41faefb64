import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { FastifyInstance } from 'fastify';
import type { Vitals } from './vitals.ts';
import { latencyBuckets } from '../messages.ts';
import type { Report, RequestCounts } from '../messages.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** not a request of a user or a service: metrics, probes, the board */
    uncounted?: boolean;
  }
}

/** What a service tells about itself, where it has something to tell. */
export interface Gauges {
  /** bytes kept in memory on purpose: caches, sent mails */
  retainedBytes?: () => number;
  /** messages published but not yet consumed */
  lag?: () => number;
  ready?: () => Promise<boolean>;
}

/** What a thread measures: as text for Prometheus, as a report for the board, from the same numbers. */
export interface Metrics {
  countRequests: (app: FastifyInstance) => void;
  countSummary: (accurate: boolean) => void;
  setReady: (ready: boolean) => void;
  setGauges: (gauges: Gauges) => void;
  text: () => Promise<string>;
  report: () => Promise<Report>;
}

type Labels = 'method' | 'route' | 'status_code';

/** Makes the registry of one thread. */
export function createMetrics(vitals: Vitals): Metrics {
  const registry = new Registry();
  const registers = [registry];
  let gauges: Gauges = {};
  let summaries = { accurate: 0, inaccurate: 0 };
  let lastLoop = vitals.loop();

  const requests = new Histogram<Labels>({
    name: 'http_server_request_duration_seconds',
    help: 'Duration of HTTP requests answered, without metrics and probes',
    labelNames: ['method', 'route', 'status_code'],
    buckets: [...latencyBuckets],
    registers,
  });
  const ready = new Gauge({ name: 'service_ready', help: '1 if the last readiness probe passed', registers });
  const gauge = (name: string, help: string, read: () => number): void => {
    registry.registerMetric(
      new Gauge({
        name,
        help,
        registers: [],
        collect() {
          this.set(read());
        },
      }),
    );
  };
  gauge('service_heap_used_bytes', "Used heap of the service's own thread", vitals.heapUsed);
  gauge('service_retained_bytes', 'Bytes kept in memory on purpose', () => gauges.retainedBytes?.() ?? 0);
  gauge('service_event_loop_utilization', 'Share of time the event loop was busy since the last scrape', () => {
    const loop = vitals.loop();
    const active = loop.active - lastLoop.active;
    const idle = loop.idle - lastLoop.idle;
    lastLoop = loop;
    return active + idle > 0 ? active / (active + idle) : 0;
  });
  registry.registerMetric(
    new Counter({
      name: 'service_gc_seconds_total',
      help: 'Time spent in garbage collection',
      registers: [],
      collect() {
        this.reset();
        this.inc(vitals.gcSeconds());
      },
    }),
  );
  const summaryCounter = new Counter({
    name: 'product_summaries_total',
    help: 'Product summaries checked against their reviews',
    labelNames: ['accurate'],
    registers: [],
  });

  return {
    countRequests: (app) => {
      app.addHook('onResponse', async (request, reply) => {
        if (request.routeOptions.config.uncounted === true) return;
        const route = request.routeOptions.url ?? 'unmatched';
        requests.observe(
          { method: request.method, route, status_code: String(reply.statusCode) },
          reply.elapsedTime / 1000,
        );
      });
    },
    countSummary: (accurate) => {
      const { accurate: right, inaccurate: wrong } = summaries;
      summaries = accurate ? { accurate: right + 1, inaccurate: wrong } : { accurate: right, inaccurate: wrong + 1 };
      if (registry.getSingleMetric('product_summaries_total') === undefined) registry.registerMetric(summaryCounter);
      summaryCounter.inc({ accurate: String(accurate) });
    },
    setReady: (value) => ready.set(value ? 1 : 0),
    setGauges: (next) => {
      gauges = next;
      if (next.lag) gauge('orders_lag', 'Orders published but not yet consumed', next.lag);
    },
    text: async () => registry.metrics(),
    report: async () => {
      const loop = vitals.loop();
      return {
        requests: requestCounts((await requests.get()).values),
        loopActive: loop.active,
        loopIdle: loop.idle,
        gcSeconds: vitals.gcSeconds(),
        summaries,
        heapUsed: vitals.heapUsed(),
        retainedBytes: gauges.retainedBytes?.() ?? 0,
        lag: gauges.lag?.() ?? null,
      };
    },
  };
}

type HistogramValues = Awaited<ReturnType<Histogram<Labels>['get']>>['values'];

// prom-client lists each series as its buckets in rising order (the last is +Inf), its sum and its count.
function requestCounts(values: HistogramValues): RequestCounts[] {
  const series = new Map<string, RequestCounts>();
  for (const { labels, metricName, value } of values) {
    const key = `${labels.method} ${labels.route} ${labels.status_code}`;
    let counts = series.get(key);
    if (counts === undefined) {
      counts = { route: String(labels.route), status: Number(labels.status_code), count: 0, sum: 0, buckets: [] };
      series.set(key, counts);
    }
    if (metricName?.endsWith('_sum')) counts.sum = value;
    else if (metricName?.endsWith('_count')) counts.count = value;
    else if (counts.buckets.length < latencyBuckets.length) counts.buckets.push(value);
  }
  return [...series.values()];
}
