import { type ClientConnectConfig, loadClientConnectConfig } from '@temporalio/envconfig';
import { Problem } from '../workflows/problem.ts';

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
 * own at `address`. INCIDENTFOX_TEMPORAL, which a lab sets for its worker, goes before all of them. Throws Problem
 * `bad-environment` where they cannot be read.
 */
export function temporalTarget(address: string): TemporalTarget {
  const own = process.env['INCIDENTFOX_TEMPORAL'];
  if (own) return ownServer(own);
  const { connectionOptions, namespace = 'default' } = named();
  const { address: elsewhere, tls, apiKey } = connectionOptions;
  if (elsewhere !== undefined) {
    return { address: elsewhere, namespace, options: { ...connectionOptions, address: elsewhere }, external: true };
  }
  // with these nobody means a server of the lab's own
  if (tls || apiKey) throw badProfile('it has TLS or an API key, and no address');
  return ownServer(address);
}

/** A lab's own server, whatever the process's variables say: plain, on loopback, with the default namespace. */
export function ownServer(address: string): TemporalTarget {
  return { address, namespace: 'default', options: { address }, external: false };
}

function named(): ClientConnectConfig {
  try {
    return loadClientConnectConfig();
  } catch (error) {
    // of a file that is not TOML, the message shows the place as well
    const [line = ''] = (error as Error).message.split('\n');
    throw badProfile(line, error);
  }
}

function badProfile(reason: string, cause?: unknown): Problem {
  const { TEMPORAL_PROFILE: profile = 'default' } = process.env;
  return new Problem(
    'bad-environment',
    `The Temporal profile "${profile}" cannot be used: ${reason}`,
    'See TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE, TEMPORAL_ADDRESS and TEMPORAL_TLS_…, and temporal config list.',
    { cause },
  );
}
