import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { EvaluationContext } from '@openfeature/core';
import type { Flags } from './flags.ts';

/** What the server answers from, at the moment of each request. */
export interface State {
  flags: Flags | undefined;
  /** why the document on disk is not the one in force */
  problem: string | undefined;
}

/** flagd's own limit of a request's body, in bytes. */
const bodyLimit = 1_000_000;
const evaluatePath = '/ofrep/v1/evaluate/flags';
const badContext = { errorCode: 'INVALID_CONTEXT', errorDetails: 'Provider context is not valid' };

/** The OFREP endpoints of flagd 0.16, and those of its management port, over the flags in `state`. */
export function flagServer(state: State): FastifyInstance {
  const app = Fastify({ bodyLimit, forceCloseConnections: true, routerOptions: { maxParamLength: 1000 } });

  // flagd reads the body as JSON whatever its content type says
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    return reply.code(status).send({ errorDetails: status === 413 ? 'request body too large' : error.message });
  });

  app.post<{ Params: { key: string }; Body: string | undefined }>(`${evaluatePath}/:key`, (request, reply) => {
    const { key } = request.params;
    const context = contextOf(request.body);
    if (!context) return reply.code(400).send({ key, ...badContext, metadata: null });
    const answer = state.flags?.evaluate(key, context);
    return answer ? reply.code(answer.status).send(answer.body) : noFlags(reply, state);
  });

  app.post<{ Body: string | undefined }>(evaluatePath, (request, reply) => {
    const context = contextOf(request.body);
    if (!context) return reply.code(400).send({ ...badContext, metadata: null });
    if (!state.flags) return noFlags(reply, state);
    const { json, etag } = state.flags.evaluateAll(context);
    void reply.header('etag', etag);
    if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send();
    return reply.type('application/json').send(json);
  });

  app.route({
    method: ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url: `${evaluatePath}/:key`,
    handler: onlyPost,
  });
  app.route({ method: ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'], url: evaluatePath, handler: onlyPost });

  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', (_request, reply) => {
    if (!state.flags) return reply.code(412).send({ status: 'not ready', problem: state.problem });
    return state.problem ? { status: 'degraded', problem: state.problem } : { status: 'ok' };
  });
  return app;
}

/** The body's evaluation context; empty where there is none, undefined where the body is no JSON object. */
function contextOf(body: string | undefined): EvaluationContext | undefined {
  if (!body) return {};
  try {
    const request: unknown = JSON.parse(body);
    if (request === null) return {};
    if (typeof request !== 'object' || Array.isArray(request)) return undefined;
    // flagd, too, goes on without a context that is no object
    const context = 'context' in request ? request.context : undefined;
    return context instanceof Object && !Array.isArray(context) ? (context as EvaluationContext) : {};
  } catch {
    return undefined;
  }
}

function matches(header: string | undefined, etag: string): boolean {
  const tags = header?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes(etag) || tags.includes('*');
}

function noFlags(reply: FastifyReply, { problem }: State): FastifyReply {
  return reply.code(500).send({ errorDetails: `no flags yet: ${problem ?? 'the document is being read'}` });
}

function onlyPost(_request: unknown, reply: FastifyReply): FastifyReply {
  return reply.code(405).header('allow', 'POST').send();
}
