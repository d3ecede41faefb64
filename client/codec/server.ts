import type { PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Problem } from '../../workflows/problem.ts';

const { Payloads } = proto.temporal.api.common.v1;
/** Twice what Temporal takes in one message, in bytes. */
const bodyLimit = 8_000_000;

const base64 = z.string().regex(/^[\w+/-]*={0,2}$/);
const payload = z.looseObject({ metadata: z.record(z.string(), base64).optional(), data: base64.optional() });
const request = z.object({ payloads: z.array(payload).default([]) });

/** Who may ask: pages of these origins, and programs, if they call the server by one of these hosts (with port). */
export interface Callers {
  hosts: readonly string[];
  origins: readonly string[];
}

/**
 * The codec server that Temporal's Web UI and command line ask: POST /encode and /decode. Whoever may ask it reads everything, so
 * that it answers no page of another origin, and none that had its own name lead here.
 */
export function codecServer(codec: PayloadCodec, callers: Callers): FastifyInstance {
  const app = Fastify({ bodyLimit, forceCloseConnections: true, requestTimeout: 30_000 });
  // a page may send text to anywhere without asking first
  app.removeContentTypeParser('text/plain');
  app.addHook('onRequest', async (asked, reply) => refuseStrangers(callers, asked, reply));
  app.setErrorHandler((error: unknown, _asked, reply) =>
    reply.code(statusOf(error)).send({ message: messageOf(error) }),
  );
  for (const work of ['encode', 'decode'] as const) {
    app.options(`/${work}`, allow);
    app.post(`/${work}`, async ({ body }) => {
      const { success, data } = request.safeParse(body);
      if (!success) throw badRequest('The body must be {"payloads": [{"metadata": {…}, "data": …}]} in base64');
      const { payloads = [] } = Payloads.fromObject(data);
      const done = Payloads.fromObject({ payloads: await codec[work](payloads) });
      return { payloads: [], ...Payloads.toObject(done, { bytes: String, longs: String }) };
    });
  }
  return app;
}

async function refuseStrangers({ hosts, origins }: Callers, { headers }: FastifyRequest, reply: FastifyReply) {
  const { host = '', origin } = headers;
  void reply.header('vary', 'Origin').header('cache-control', 'no-store');
  if (!hosts.includes(host.toLowerCase())) return await refuse(reply, `Call me by one of: ${hosts.join(', ')}`);
  if (origin === undefined) return;
  if (!origins.includes(origin)) return await refuse(reply, `Not for this page, only for: ${origins.join(', ')}`);
  void reply.header('access-control-allow-origin', origin);
}

async function refuse(reply: FastifyReply, message: string): Promise<FastifyReply> {
  return await reply.code(403).send({ message });
}

/** The answer to a browser that asks what its page may send. */
function allow(_asked: FastifyRequest, reply: FastifyReply): FastifyReply {
  void reply.header('access-control-allow-methods', 'POST');
  void reply.header('access-control-allow-headers', 'Authorization, Content-Type, X-Namespace');
  return reply.header('access-control-max-age', '600').code(204).send();
}

function badRequest(message: string): Error {
  return Object.assign(new Error(message), { statusCode: 400 });
}

function statusOf(error: unknown): number {
  if (error instanceof Problem) return error.code === 'bad-codec-keys' ? 400 : 502;
  return (error as { statusCode?: number }).statusCode ?? 500;
}

/** What is no fault of the caller's is not told to it. */
function messageOf(error: unknown): string {
  return error instanceof Problem || statusOf(error) < 500 ? (error as Error).message : 'The codec server failed';
}
