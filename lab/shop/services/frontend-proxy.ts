import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ServiceError } from '../runtime/calls.ts';
import { exchange } from '../runtime/http.ts';
import type { Setup } from '../runtime/service.ts';
import { frontendRoutes, imageRoute } from './routes.ts';

/** The front door: hands requests on to the frontend, the pictures' service and the board. */
export const frontendProxy: Setup = ({ app, flags, calls, settings }) => {
  // Bodies pass through as they are.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  for (const url of Object.values(frontendRoutes)) {
    app.all(url, async (request, reply) => forward(calls.address('frontend'), request, reply));
  }

  // In the demo the frontend asks for this delay in a header and the proxy (Envoy) imposes it.
  app.get(imageRoute, async (request, reply) => {
    const delay = await flags.amount('imageSlowLoad');
    if (delay > 0) await sleep(delay);
    return forward(calls.address('image-provider'), request, reply);
  });

  const unseen = { config: { uncounted: true } };
  for (const url of ['/health', '/board', '/board/*']) {
    app.get(url, unseen, async (request, reply) => forward(settings.board, request, reply));
  }
  return {};
};

async function forward(base: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { method, url, headers, body } = request;
  const passed: Record<string, string> = {};
  for (const name of ['content-type', 'content-length', 'cookie'] as const) {
    const value = headers[name];
    if (value !== undefined) passed[name] = value;
  }
  const answer = await exchange(base + url, {
    method,
    headers: passed,
    ...(Buffer.isBuffer(body) ? { body } : {}),
  }).catch((error: Error) => {
    throw new ServiceError(503, 'the service behind this page cannot be reached', { cause: error });
  });
  for (const name of ['content-type', 'set-cookie', 'cache-control', 'location'] as const) {
    const value = answer.headers[name];
    if (value !== undefined) reply.header(name, value);
  }
  return reply.code(answer.status).send(answer.body);
}
