import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '../../../workflows/problem.ts';
import type { Progress } from '../../lifecycle/step.ts';
import type { AwsClients } from '../clients.ts';
import { isAnswer, isGone } from '../errors.ts';
import type { LabNames } from '../tags.ts';
import { madeInterfaces } from './interfaces.ts';
import { madeLoadBalancers } from './load-balancers.ts';
import type { Made } from './made.ts';
import { madeSecurityGroups } from './security-groups.ts';
import { madeVolumes } from './volumes.ts';

type Clients = Pick<AwsClients, 'ec2' | 'loadBalancers' | 'classicLoadBalancers'>;

const pause = 3_000;
/** What AWS answers about something that another one still needs: it goes first, and this in a later round. */
const needed = [
  'DependencyViolation',
  'InvalidNetworkInterface.InUse',
  'InvalidParameterValue',
  'ResourceInUse',
  'ResourceInUseException',
  'VolumeInUse',
];

/**
 * Removes what the cluster made itself and Terraform does not know, and would fail over: load balancers, their target and
 * security groups, volumes of claims, network interfaces. Only what its tags say this cluster made. To be called when the releases
 * are gone, or their Services would have new ones made; may be broken off and called again. Answers what it removed; throws
 * Problem `left-behind` for what is still there after `patience` milliseconds.
 */
export async function removeClusterMade(
  clients: Clients,
  names: LabNames,
  progress: Progress,
  signal: AbortSignal,
  patience = 15 * 60_000,
): Promise<string[]> {
  const end = performance.now() + patience;
  const seen = new Set<string>();
  for (;;) {
    const made = await findClusterMade(clients, names);
    if (made.length === 0) return [...seen].toSorted();
    const shown = made.slice(0, 5).map(told).join(', ');
    progress.show({ detail: `removing what the cluster made: ${shown}${made.length > 5 ? ', …' : ''}` });
    for (const one of made) {
      signal.throwIfAborted();
      if (await isTaken(one)) seen.add(`${one.kind} ${one.id}`);
    }
    if (performance.now() > end) {
      const hint = 'See what uses it in the AWS console, remove that, and run teardown again.';
      throw new Problem('left-behind', `What the cluster made does not go: ${shown}`, hint);
    }
    await delay(pause, undefined, { signal });
  }
}

/** Those that others need come after these. */
async function findClusterMade(clients: Clients, names: LabNames): Promise<Made[]> {
  const found = await Promise.all([
    madeLoadBalancers(clients, names),
    madeSecurityGroups(clients, names),
    madeInterfaces(clients, names),
    madeVolumes(clients, names),
  ]);
  return found.flat();
}

/** Whether AWS was asked to remove it, and took that. */
async function isTaken({ kind, id, remove }: Made): Promise<boolean> {
  if (!remove) return false;
  try {
    await remove();
    return true;
  } catch (error) {
    if (isGone(error) || isAnswer(error, ...needed)) return false;
    if (!isAnswer(error, 'OperationNotPermitted', 'OperationNotPermittedException')) throw error;
    const message = `AWS does not let the ${kind} ${id} be removed: ${error.message}`;
    const hint = 'Somebody has protected it against deletion: take that off, and run teardown again.';
    throw new Problem('left-behind', message, hint, { cause: error });
  }
}

function told({ kind, id, remove }: Made): string {
  return `${kind} ${id}${remove ? '' : ' (waited for)'}`;
}
