import type { FastifyReply } from 'fastify';
import type { MetricsAddress } from '../../environments/metrics-address.ts';
import { Problem } from '../../workflows/problem.ts';
import type { Health } from './health.ts';

/** What is served: metrics as Prometheus reads them, and health. */
export interface Served {
  health: Health;
  metrics: () => Promise<string>;
}

/**
 * Serves `/metrics`, `/healthz` and `/readyz` over plain HTTP; answers what ends that. Throws Problem `start-failed` where the
 * address cannot be bound.
 */
export async function serve({ host, port }: MetricsAddress, { health, metrics }: Served): Promise<() => Promise<void>> {
  const { fastify } = await import('fastify');
  const server = fastify({ forceCloseConnections: true });
  server.get('/healthz', async (_request, reply) => await answer(reply, health.whyNotWell()));
  server.get('/readyz', async (_request, reply) => await answer(reply, health.whyNotReady()));
  server.get('/metrics', async (_request, reply) => {
    return await reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics());
  });
  try {
    await server.listen({ host, port });
  } catch (error) {
    throw new Problem(
      'start-failed',
      `Metrics cannot be served on ${host}:${port}: ${(error as Error).message}`,
      'Name a free address of this machine with INCIDENTFOX_METRICS, or leave it unset to serve none.',
      { cause: error },
    );
  }
  return () => server.close();
}

async function answer(reply: FastifyReply, why: string | undefined): Promise<FastifyReply> {
  return await reply
    .code(why === undefined ? 200 : 503)
    .type('text/plain')
    .send(`${why ?? 'ok'}\n`);
}
