import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';
import { temporalTarget } from '../environments/temporal.ts';

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
 * Connects as the process's variables or its Temporal profile say, else to `fallback`. A server that does not answer is
 * tried again until `signal` is aborted, which rejects: the worker has faults to withdraw meanwhile.
 */
export async function connect(fallback: string, signal: AbortSignal, log: Pick<Logger, 'warn'>): Promise<Connected> {
  const { address, namespace, options } = temporalTarget(fallback);
  for (let tries = 0; ; tries += 1) {
    try {
      const native = await NativeConnection.connect(options);
      const connection = await Connection.connect(options);
      const { clusterId } = await connection.workflowService.getClusterInfo({});
      return { native, connection, address, namespace, cluster: clusterId };
    } catch (error) {
      if (tries === 0) log.warn({ err: error, address }, 'no Temporal server answers; trying again');
      await delay(500, undefined, { signal });
    }
  }
}
