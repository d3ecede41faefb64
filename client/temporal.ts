import { Client, Connection } from '@temporalio/client';
import { dataConverter } from '../activities/codec/data-converter.ts';
import { ownServer, type TemporalTarget, temporalTarget } from '../environments/temporal.ts';
import type { LabState } from '../lab/state.ts';
import { Problem } from '../workflows/problem.ts';
import { clientTraces } from './traces.ts';

/** The Temporal server that the lab uses. */
export function targetOf({ temporal }: LabState): TemporalTarget {
  return temporal.http ? ownServer(temporal.address) : temporalTarget(temporal.address);
}

/** A client of the Temporal server that the lab uses. Throws Problem `lab-down`, or that of dataConverter. */
export async function connect(lab: LabState): Promise<Client> {
  const { options, namespace, external } = targetOf(lab);
  const [converter, traces] = await Promise.all([dataConverter(), clientTraces()]);
  try {
    const connection = await Connection.connect({ ...options, connectTimeout: '5s' });
    return new Client({ connection, namespace, dataConverter: converter, ...traces });
  } catch (error) {
    const hint = external
      ? 'See that it is up and that you may use it: temporal operator cluster health, with the same variables or profile.'
      : 'Look at the lab: npm run lab -- status';
    throw new Problem('lab-down', `No Temporal server answers at ${options.address}`, hint, { cause: error });
  }
}
