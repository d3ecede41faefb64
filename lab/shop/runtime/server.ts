import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';

/**
 * A Fastify server without schema compilers: no route here has a schema, and not loading Ajv and fast-json-stringify
 * in each of some twenty threads saves a good part of the shop's start.
 */
export function lightServer(): FastifyInstance {
  return Fastify({
    forceCloseConnections: true,
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
  });
}

function noSchemas(): never {
  throw new Error('this server takes no schemas; use Fastify itself for a route that needs one');
}
