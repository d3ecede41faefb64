import { setTimeout as delay } from 'node:timers/promises';
import type { Progress } from '../../lifecycle/step.ts';
import type { AwsClients } from '../clients.ts';
import type { LabNames } from '../tags.ts';
import { clusterLeftovers } from './clusters.ts';
import { ec2Leftovers } from './ec2.ts';
import { iamLeftovers } from './iam.ts';
import { keyLeftovers } from './keys.ts';
import { type Leftover, told } from './leftover.ts';
import { loadBalancerLeftovers } from './load-balancers.ts';
import { logGroupLeftovers } from './log-groups.ts';
import { secretLeftovers } from './secrets.ts';

/** Network interfaces and NAT gateways take their time to go (ms). */
const patience = 5 * 60_000;
const pause = 5_000;

/**
 * Whatever is still there of a lab, in its region and in IAM, in the order of kind and id. Only what its tags, or a name that
 * nothing else can have, say is the lab's. Throws `aws-denied` where it may not look, so that an empty list always means that
 * nothing is there.
 */
export async function findLeftovers(clients: AwsClients, names: LabNames): Promise<Leftover[]> {
  const found = await Promise.all([
    ec2Leftovers(clients, names),
    loadBalancerLeftovers(clients, names),
    clusterLeftovers(clients, names),
    secretLeftovers(clients, names),
    logGroupLeftovers(clients, names),
    keyLeftovers(clients, names),
    iamLeftovers(clients, names),
  ]);
  return found.flat().toSorted((a, b) => compare(a.kind, b.kind) || compare(a.id, b.id));
}

/** Looks until nothing is left but what AWS itself ends, five minutes at most; answers what is there then, that included. */
export async function leftInTheEnd(
  clients: AwsClients,
  names: LabNames,
  progress: Progress,
  signal: AbortSignal,
): Promise<Leftover[]> {
  const end = performance.now() + patience;
  for (;;) {
    const found = await findLeftovers(clients, names);
    const left = found.filter(({ ending }) => ending === null);
    if (left.length === 0 || performance.now() > end) return found;
    const shown = left.slice(0, 5).map(told).join(', ');
    progress.show({ detail: `still there: ${shown}${left.length > 5 ? ', …' : ''}` });
    await delay(pause, undefined, { signal });
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
