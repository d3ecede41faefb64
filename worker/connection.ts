import { Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
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

/** Connects as the process's variables or its Temporal profile say, else to `fallback`. */
export async function connect(fallback: string): Promise<Connected> {
  const { address, namespace, options } = temporalTarget(fallback);
  const native = await NativeConnection.connect(options);
  const connection = await Connection.connect(options);
  const { clusterId } = await connection.workflowService.getClusterInfo({});
  return { native, connection, address, namespace, cluster: clusterId };
}
