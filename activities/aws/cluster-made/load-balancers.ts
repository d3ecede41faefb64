import { DeleteLoadBalancerCommand as DeleteClassicCommand } from '@aws-sdk/client-elastic-load-balancing';
import { DeleteLoadBalancerCommand, DeleteTargetGroupCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { paginateDescribeNetworkInterfaces, paginateDescribeVpcs } from '@aws-sdk/client-ec2';
import type { AwsClients } from '../clients.ts';
import { type Balancing, classicLoadBalancers, loadBalancers, targetGroups } from '../load-balancers.ts';
import { everyItem } from '../pages.ts';
import { belongsTo, isMadeBy, isOfCluster, type LabNames, tagsOf } from '../tags.ts';
import type { Made } from './made.ts';

type Clients = Pick<AwsClients, 'ec2' | 'loadBalancers' | 'classicLoadBalancers'>;

/** Load balancers of Services and Ingresses, their target groups, and the network interfaces that those that are gone still have. */
export async function madeLoadBalancers(clients: Clients, names: LabNames): Promise<Made[]> {
  const [newer, classic, groups] = await Promise.all([
    loadBalancers(clients),
    classicLoadBalancers(clients),
    targetGroups(clients),
  ]);
  const own = (all: Balancing[]): Balancing[] =>
    all.filter(({ tags }) => isOfCluster(tags, names.cluster) && isMadeBy(tags, names));
  const { loadBalancers: client, classicLoadBalancers: classicClient } = clients;
  const there = new Set([...newer, ...classic].map(({ name }) => name));
  return [
    ...own(newer).map(({ id, name }) => ({
      kind: 'load balancer',
      id: name,
      remove: () => client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: id })),
    })),
    ...own(classic).map(({ id, name }) => ({
      kind: 'classic load balancer',
      id: name,
      remove: () => classicClient.send(new DeleteClassicCommand({ LoadBalancerName: id })),
    })),
    ...own(groups).map(({ id, name }) => ({
      kind: 'target group',
      id: name,
      remove: () => client.send(new DeleteTargetGroupCommand({ TargetGroupArn: id })),
    })),
    ...(await goingInterfaces(clients, names, there)),
  ];
}

/**
 * AWS takes the network interfaces of a load balancer away some minutes after it, and no subnet goes before them. They have no
 * tags: those in the lab's own network count whose load balancer is not there any more.
 */
async function goingInterfaces({ ec2: client }: Clients, names: LabNames, there: Set<string>): Promise<Made[]> {
  const vpcs = await everyItem(paginateDescribeVpcs({ client }, {}), ({ Vpcs }) => Vpcs);
  const ids = vpcs.filter(({ Tags }) => belongsTo(tagsOf(Tags), names)).map(({ VpcId = '' }) => VpcId);
  if (ids.length === 0) return [];
  const inThem = { Filters: [{ Name: 'vpc-id', Values: ids }] };
  const pages = paginateDescribeNetworkInterfaces({ client }, inThem);
  return (await everyItem(pages, ({ NetworkInterfaces }) => NetworkInterfaces)).flatMap(
    ({ NetworkInterfaceId: id = '', Description }) => {
      const owner = ownerIn(Description);
      if (owner === undefined || there.has(owner)) return [];
      return [{ kind: `network interface of load balancer ${owner}`, id, remove: null }];
    },
  );
}

/** Of `ELB app/<name>/<id>`, `ELB net/<name>/<id>` or, for a classic one, `ELB <name>`. */
function ownerIn(description = ''): string | undefined {
  return /^ELB (?:\w+\/)?([\w-]+)/.exec(description)?.[1];
}
