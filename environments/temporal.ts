import { type ClientConnectConfig, loadClientConnectConfig } from '@temporalio/envconfig';

/** Which Temporal server to use, and how to reach it. */
export interface TemporalTarget {
  address: string;
  namespace: string;
  options: ClientConnectConfig['connectionOptions'] & { address: string };
  /** whether somebody named it: then the lab starts none of its own */
  external: boolean;
}

/**
 * The server that the process's variables or its Temporal profile name (address, TLS, API key, namespace), else the lab's
 * own at `address`. INCIDENTFOX_TEMPORAL, which a lab sets for its worker, goes before all of them.
 */
export function temporalTarget(address: string): TemporalTarget {
  const own = process.env['INCIDENTFOX_TEMPORAL'];
  if (own) return ownServer(own);
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const { address: named } = connectionOptions;
  if (named === undefined) return ownServer(address);
  return { address: named, namespace, options: { ...connectionOptions, address: named }, external: true };
}

/** A lab's own server, whatever the process's variables say: plain, on loopback, with the default namespace. */
export function ownServer(address: string): TemporalTarget {
  return { address, namespace: 'default', options: { address }, external: false };
}
