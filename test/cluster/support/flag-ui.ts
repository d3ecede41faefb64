import { readFileSync, writeFileSync } from 'node:fs';
import Fastify, { type FastifyInstance } from 'fastify';

/**
 * Plays flagd-ui, with the real one's ways: it reads the file once, when it starts; it answers a write before it has written;
 * it writes the whole document, and drops from what it reads whatever is no flag.
 */
export async function playFlagUi(file: string, port: number): Promise<FastifyInstance> {
  let document = JSON.parse(readFileSync(file, 'utf8')) as { flags: unknown };
  const app = Fastify({ forceCloseConnections: true });
  app.get('/api/read', () => ({ flags: document.flags }));
  app.post<{ Body: { data: typeof document } }>('/api/write', (request, reply) => {
    setImmediate(() => {
      document = request.body.data;
      writeFileSync(file, JSON.stringify(document));
    });
    return reply.send({});
  });
  await app.listen({ host: '127.0.0.1', port });
  return app;
}
