import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { KnownServer } from '../activities/server.ts';
import type { TemporalTarget } from '../environments/temporal.ts';

/** Connections to one Temporal server, as a worker needs them. */
export interface Connected {
  native: NativeConnection;
  connection: Connection;
  address: string;
  namespace: string;
  /** the server's own id, which tells one cluster from another */
  cluster: string;
}

/**
 * Connects to `target`, sharing the connection of `server`. One that does not answer is tried again until `signal` is
 * aborted, which rejects: the worker has faults to withdraw meanwhile.
 */
export async function connect(
  { address, namespace, options }: TemporalTarget,
  server: () => Promise<KnownServer>,
  signal: AbortSignal,
  log: Pick<Logger, 'warn'>,
): Promise<Connected> {
  for (let tries = 0; ; tries += 1) {
    try {
      const { connection, cluster } = await server();
      return { native: await NativeConnection.connect(options), connection, address, namespace, cluster };
    } catch (error) {
      if (tries === 0) log.warn({ err: error, address }, 'no Temporal server answers; trying again');
      await delay(500, undefined, { signal });
    }
  }
}
