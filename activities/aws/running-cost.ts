import { paginateDescribeNatGateways, paginateDescribeVolumes } from '@aws-sdk/client-ec2';
import type { Cost } from '../../workflows/lifecycle-contract.ts';
import type { AwsClients } from './clients.ts';
import { costOf, costSoFar } from './cost.ts';
import type { ClusterLook, NodegroupLook } from './eks.ts';
import { everyItem } from './pages.ts';
import { readPrices } from './prices.ts';
import { belongsTo, type LabNames, tagsOf } from './tags.ts';

const pageSize = 100;

/** What would take many calls to find out, or depends on use. */
const without = ['load balancers', 'KMS keys', 'secrets', 'traffic', 'logs'];

/** What a lab costs as it is now. */
export interface RunningCost extends Cost {
  /** since the cluster was made, had it been as it is now all the time; null where EKS does not tell when that was */
  soFar: number | null;
  /** what is not in it */
  without: string[];
}

/**
 * Reckons with the nodes that the groups are to have (where a group has several types, all of the first), and the NAT gateways
 * and disks that carry the lab's tags.
 */
export async function runningCost(
  clients: Pick<AwsClients, 'ec2' | 'region'>,
  names: LabNames,
  { since }: Pick<ClusterLook, 'since'>,
  groups: NodegroupLook[],
): Promise<RunningCost | null> {
  const [prices, natGateways, volumesGb] = await Promise.all([
    readPrices(),
    countNatGateways(clients, names),
    sumVolumes(clients, names),
  ]);
  // the table is of one region
  if (prices.region !== clients.region) return null;
  const nodeGroups = groups.map(({ types: [type = ''], capacity, desired: count }) => ({
    type,
    capacity: capacity === 'SPOT' ? ('SPOT' as const) : ('ON_DEMAND' as const),
    count,
    // the nodes' own disks are among the volumes
    diskGb: 0,
  }));
  const rest = { publicAddresses: 0, loadBalancers: 0, kmsKeys: 0, secrets: 0 };
  const { hourly, monthly, currency, date, unknown } = costOf({ nodeGroups, natGateways, volumesGb, ...rest }, prices);
  const soFar = since === null ? null : costSoFar(hourly, since);
  return { hourly, monthly, soFar, currency, pricesOf: date, unknown, without };
}

async function countNatGateways({ ec2: client }: Pick<AwsClients, 'ec2'>, names: LabNames): Promise<number> {
  const Filter = [{ Name: 'state', Values: ['pending', 'available', 'deleting'] }];
  const pages = paginateDescribeNatGateways({ client, pageSize }, { Filter });
  const found = await everyItem(pages, ({ NatGateways }) => NatGateways);
  return found.filter(({ Tags }) => belongsTo(tagsOf(Tags), names)).length;
}

/** GB */
async function sumVolumes({ ec2: client }: Pick<AwsClients, 'ec2'>, names: LabNames): Promise<number> {
  const found = await everyItem(paginateDescribeVolumes({ client, pageSize }, {}), ({ Volumes }) => Volumes);
  const ours = found.filter(({ Tags }) => belongsTo(tagsOf(Tags), names));
  return ours.reduce((sum, { Size = 0 }) => sum + Size, 0);
}
