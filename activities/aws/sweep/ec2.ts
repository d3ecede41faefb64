import {
  DescribeAddressesCommand,
  type EC2Client,
  paginateDescribeInstances,
  paginateDescribeInternetGateways,
  paginateDescribeLaunchTemplates,
  paginateDescribeNatGateways,
  paginateDescribeNetworkInterfaces,
  paginateDescribeSecurityGroups,
  paginateDescribeSnapshots,
  paginateDescribeVolumes,
  paginateDescribeVpcs,
} from '@aws-sdk/client-ec2';
import type { AwsClients } from '../clients.ts';
import { everyItem } from '../pages.ts';
import { type LabNames, tagsOf } from '../tags.ts';
import { leftOf, type Leftover, tagged, type Tagged } from './leftover.ts';

/** AWS shows them for an hour after they are gone. */
const isOver = new Set<string | undefined>(['deleted', 'terminated', 'failed']);
const pageSize = 200;

/**
 * What EC2 still has. Subnets and route tables are not asked for: no VPC goes before its own. Internet gateways are: they
 * outlive it, detached. Everything of the region is read, since no filter of EC2's asks for one of several tags with their values.
 */
export async function ec2Leftovers({ ec2 }: Pick<AwsClients, 'ec2'>, names: LabNames): Promise<Leftover[]> {
  const found = await Promise.all(kinds.map((kind) => kind(ec2)));
  return leftOf(found.flat(), names);
}

type Kind = (client: EC2Client) => Promise<Tagged[]>;

const instances: Kind = async (client) => {
  const pages = paginateDescribeInstances({ client, pageSize }, {});
  const found = await everyItem(pages, ({ Reservations }) => Reservations?.flatMap((each) => each.Instances ?? []));
  return found
    .filter(({ State }) => !isOver.has(State?.Name))
    .map(({ InstanceId, Tags, LaunchTime }) => tagged('instance', InstanceId, tagsOf(Tags), LaunchTime));
};

const volumes: Kind = async (client) => {
  const pages = paginateDescribeVolumes({ client, pageSize }, {});
  return (await everyItem(pages, ({ Volumes }) => Volumes)).map(({ VolumeId, Tags, CreateTime }) =>
    tagged('volume', VolumeId, tagsOf(Tags), CreateTime),
  );
};

const snapshots: Kind = async (client) => {
  const pages = paginateDescribeSnapshots({ client, pageSize }, { OwnerIds: ['self'] });
  return (await everyItem(pages, ({ Snapshots }) => Snapshots)).map(({ SnapshotId, Tags, StartTime }) =>
    tagged('snapshot', SnapshotId, tagsOf(Tags), StartTime),
  );
};

const networkInterfaces: Kind = async (client) => {
  const pages = paginateDescribeNetworkInterfaces({ client, pageSize }, {});
  return (await everyItem(pages, ({ NetworkInterfaces }) => NetworkInterfaces)).map(({ NetworkInterfaceId, TagSet }) =>
    tagged('network interface', NetworkInterfaceId, tagsOf(TagSet)),
  );
};

const securityGroups: Kind = async (client) => {
  const pages = paginateDescribeSecurityGroups({ client, pageSize }, {});
  return (await everyItem(pages, ({ SecurityGroups }) => SecurityGroups)).map(({ GroupId, Tags }) =>
    tagged('security group', GroupId, tagsOf(Tags)),
  );
};

const elasticAddresses: Kind = async (client) => {
  const { Addresses = [] } = await client.send(new DescribeAddressesCommand({}));
  return Addresses.map(({ AllocationId, Tags }) => tagged('elastic address', AllocationId, tagsOf(Tags)));
};

const natGateways: Kind = async (client) => {
  const pages = paginateDescribeNatGateways({ client, pageSize }, {});
  return (await everyItem(pages, ({ NatGateways }) => NatGateways))
    .filter(({ State }) => !isOver.has(State))
    .map(({ NatGatewayId, Tags, CreateTime }) => tagged('NAT gateway', NatGatewayId, tagsOf(Tags), CreateTime));
};

const internetGateways: Kind = async (client) => {
  const pages = paginateDescribeInternetGateways({ client, pageSize }, {});
  return (await everyItem(pages, ({ InternetGateways }) => InternetGateways)).map(({ InternetGatewayId, Tags }) =>
    tagged('internet gateway', InternetGatewayId, tagsOf(Tags)),
  );
};

const vpcs: Kind = async (client) => {
  const pages = paginateDescribeVpcs({ client, pageSize }, {});
  return (await everyItem(pages, ({ Vpcs }) => Vpcs)).map(({ VpcId, Tags }) => tagged('VPC', VpcId, tagsOf(Tags)));
};

const launchTemplates: Kind = async (client) => {
  const pages = paginateDescribeLaunchTemplates({ client, pageSize }, {});
  return (await everyItem(pages, ({ LaunchTemplates }) => LaunchTemplates)).map(
    ({ LaunchTemplateId, Tags, CreateTime }) => tagged('launch template', LaunchTemplateId, tagsOf(Tags), CreateTime),
  );
};

const kinds: Kind[] = [
  instances,
  volumes,
  snapshots,
  networkInterfaces,
  securityGroups,
  elasticAddresses,
  natGateways,
  internetGateways,
  vpcs,
  launchTemplates,
];
