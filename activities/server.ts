import { Client, Connection } from '@temporalio/client';
import type { TemporalTarget } from '../environments/temporal.ts';
import { dataConverter } from './codec/data-converter.ts';

/** A client, and which server it is of: only the server that a ledger record names can tell that its owner is gone. */
export interface KnownServer {
  client: Client;
  connection: Connection;
  cluster: string;
  namespace: string;
}

/** Connects and asks the server for its id. Rejects where none answers within 3 s. */
export async function connectTo({ options, namespace }: TemporalTarget): Promise<KnownServer> {
  const connection = await Connection.connect({ ...options, connectTimeout: '3s' });
  try {
    const { clusterId } = await connection.workflowService.getClusterInfo({});
    const client = new Client({ connection, namespace, dataConverter: await dataConverter() });
    return { client, connection, cluster: clusterId, namespace };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** Connects when it is first asked, and again after it could not; the connection itself outlives the server's restarts. */
export function onDemand(target: () => TemporalTarget): () => Promise<KnownServer> {
  let connecting: Promise<KnownServer> | undefined;
  return async () => {
    connecting ??= connectTo(target());
    try {
      return await connecting;
    } catch (error) {
      connecting = undefined;
      throw error;
    }
  };
}
