import type { AwsClients } from '../clients.ts';
import { type Balancing, classicLoadBalancers, loadBalancers, targetGroups } from '../load-balancers.ts';
import type { LabNames } from '../tags.ts';
import { leftOf, type Leftover, tagged, type Tagged } from './leftover.ts';

type Clients = Pick<AwsClients, 'loadBalancers' | 'classicLoadBalancers'>;

/** Load balancers of every sort, and what they send to. */
export async function loadBalancerLeftovers(clients: Clients, names: LabNames): Promise<Leftover[]> {
  const [newer, classic, groups] = await Promise.all([
    loadBalancers(clients),
    classicLoadBalancers(clients),
    targetGroups(clients),
  ]);
  const found = [as('load balancer', newer), as('classic load balancer', classic), as('target group', groups)];
  return leftOf(found.flat(), names);
}

function as(kind: string, found: Balancing[]): Tagged[] {
  return found.map(({ id, tags, since }) => tagged(kind, id, tags, since));
}
