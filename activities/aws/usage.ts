import {
  DescribeAddressesCommand,
  DescribeAvailabilityZonesCommand,
  type EC2Client,
  type Instance,
  paginateDescribeInstances,
  paginateDescribeNatGateways,
  paginateDescribeSubnets,
  paginateDescribeVpcs,
} from '@aws-sdk/client-ec2';
import { paginateListClusters } from '@aws-sdk/client-eks';
import type { AwsClients } from './clients.ts';
import type { NodeGroupSize } from './cost.ts';
import { everyItem } from './pages.ts';
import { belongsTo, type LabNames, tagsOf } from './tags.ts';

const pageSize = 100;

/** What counts against an account's quotas in one region, without what this lab has already. */
export interface Usage {
  vpcs: number;
  elasticAddresses: number;
  clusters: number;
  /** of each zone that takes a NAT gateway, how many it has */
  natGateways: Map<string, number>;
  /** what runs */
  instances: Pick<NodeGroupSize, 'type' | 'capacity' | 'count'>[];
}

type Clients = Pick<AwsClients, 'ec2' | 'eks'>;

export async function usageBeside({ ec2, eks }: Clients, names: LabNames): Promise<Usage> {
  const notOurs = ({ Tags }: { Tags?: { Key?: string; Value?: string }[] | undefined }): boolean =>
    !belongsTo(tagsOf(Tags), names);
  const [vpcs, { Addresses = [] }, clusters, instances, natGateways] = await Promise.all([
    everyItem(paginateDescribeVpcs({ client: ec2, pageSize }, {}), ({ Vpcs }) => Vpcs),
    ec2.send(new DescribeAddressesCommand({})),
    everyItem(paginateListClusters({ client: eks }, {}), (page) => page.clusters),
    runningInstances(ec2),
    natGatewaysByZone(ec2, names),
  ]);
  return {
    vpcs: vpcs.filter(notOurs).length,
    elasticAddresses: Addresses.filter(notOurs).length,
    clusters: clusters.filter((name) => name !== names.cluster).length,
    natGateways,
    instances: instances.filter(notOurs).map(({ InstanceType: type = '', InstanceLifecycle: cycle }) => ({
      type,
      capacity: cycle === 'spot' ? 'SPOT' : 'ON_DEMAND',
      count: 1,
    })),
  };
}

/** Whether an instance type counts against the quotas for `standard` instances: families A, C, D, H, I, M, R, T, Z. */
export function isStandard(type: string): boolean {
  return /^(?!dl|hpc|inf|mac|trn)[acdhimrtz]/.test(type);
}

async function runningInstances(client: EC2Client): Promise<Instance[]> {
  const Filters = [{ Name: 'instance-state-name', Values: ['pending', 'running'] }];
  const pages = paginateDescribeInstances({ client, pageSize }, { Filters });
  return everyItem(pages, ({ Reservations }) => Reservations?.flatMap((each) => each.Instances ?? []));
}

async function natGatewaysByZone(client: EC2Client, names: LabNames): Promise<Map<string, number>> {
  const Filter = [{ Name: 'state', Values: ['pending', 'available', 'deleting'] }];
  const [gateways, subnets, { AvailabilityZones = [] }] = await Promise.all([
    everyItem(paginateDescribeNatGateways({ client, pageSize }, { Filter }), ({ NatGateways }) => NatGateways),
    everyItem(paginateDescribeSubnets({ client, pageSize }, {}), ({ Subnets }) => Subnets),
    client.send(
      new DescribeAvailabilityZonesCommand({
        Filters: [
          { Name: 'state', Values: ['available'] },
          { Name: 'zone-type', Values: ['availability-zone'] },
        ],
      }),
    ),
  ]);
  const zoneOf = new Map(subnets.map(({ SubnetId, AvailabilityZone }) => [SubnetId, AvailabilityZone]));
  const count = new Map(AvailabilityZones.map(({ ZoneName = '' }) => [ZoneName, 0]));
  for (const { SubnetId, Tags } of gateways) {
    const zone = zoneOf.get(SubnetId);
    if (zone !== undefined && !belongsTo(tagsOf(Tags), names)) count.set(zone, (count.get(zone) ?? 0) + 1);
  }
  return count;
}
