import assert from 'node:assert/strict';
import {
  AllocateAddressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateNatGatewayCommand,
  CreateNetworkInterfaceCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVolumeCommand,
  CreateVpcCommand,
  type ResourceType,
  RunInstancesCommand,
  type TagSpecification,
} from '@aws-sdk/client-ec2';
import { CreateClusterCommand } from '@aws-sdk/client-eks';
import { CreateLoadBalancerCommand as CreateClassicCommand } from '@aws-sdk/client-elastic-load-balancing';
import { CreateLoadBalancerCommand, CreateTargetGroupCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AwsClients } from '../../../activities/aws/clients.ts';
import type { Tags } from '../../../activities/aws/tags.ts';
import { region } from './account.ts';

export function list(tags: Tags): { Key: string; Value: string }[] | undefined {
  if (Object.keys(tags).length === 0) return undefined;
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

export function specified(ResourceType: ResourceType, tags: Tags): TagSpecification[] | undefined {
  if (Object.keys(tags).length === 0) return undefined;
  return [{ ResourceType, Tags: list(tags) }];
}

export async function network({ ec2 }: AwsClients, tags: Tags, CidrBlock = '10.0.0.0/16') {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock, TagSpecifications: specified('vpc', tags) }));
  const VpcId = Vpc?.VpcId;
  const { Subnet } = await ec2.send(
    new CreateSubnetCommand({ VpcId, CidrBlock: CidrBlock.replace('/16', '/20'), AvailabilityZone: `${region}a` }),
  );
  assert(VpcId !== undefined && Subnet?.SubnetId !== undefined);
  return { vpc: VpcId, subnet: Subnet.SubnetId };
}

export type Network = Awaited<ReturnType<typeof network>>;

export async function securityGroup({ ec2 }: AwsClients, { vpc }: Network, GroupName: string, tags: Tags) {
  const { GroupId } = await ec2.send(
    new CreateSecurityGroupCommand({
      GroupName,
      Description: GroupName,
      VpcId: vpc,
      TagSpecifications: specified('security-group', tags),
    }),
  );
  assert(GroupId !== undefined);
  return GroupId;
}

/** Lets what is in group `from` into group `to`. */
export async function letIn({ ec2 }: AwsClients, from: string, to: string): Promise<void> {
  const rule = { IpProtocol: 'tcp', FromPort: 80, ToPort: 8080, UserIdGroupPairs: [{ GroupId: from }] };
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: to, IpPermissions: [rule] }));
}

export async function volume({ ec2 }: AwsClients, tags: Tags) {
  const place = { AvailabilityZone: `${region}a`, Size: 1 };
  const { VolumeId } = await ec2.send(
    new CreateVolumeCommand({ ...place, TagSpecifications: specified('volume', tags) }),
  );
  assert(VolumeId !== undefined);
  return VolumeId;
}

export async function networkInterface({ ec2 }: AwsClients, { subnet }: Network, tags: Tags, Description = '') {
  const { NetworkInterface } = await ec2.send(
    new CreateNetworkInterfaceCommand({
      SubnetId: subnet,
      Description,
      TagSpecifications: specified('network-interface', tags),
    }),
  );
  assert(NetworkInterface?.NetworkInterfaceId !== undefined);
  return NetworkInterface.NetworkInterfaceId;
}

export async function instance({ ec2 }: AwsClients, { subnet }: Network, tags: Tags, type: 't3.medium' | 'm5.large') {
  const { Instances } = await ec2.send(
    new RunInstancesCommand({
      ImageId: 'ami-12c6146b',
      InstanceType: type,
      MinCount: 1,
      MaxCount: 1,
      SubnetId: subnet,
      TagSpecifications: specified('instance', tags),
    }),
  );
  assert(Instances?.[0]?.InstanceId !== undefined);
  return Instances[0].InstanceId;
}

export async function loadBalancer({ loadBalancers }: AwsClients, { subnet }: Network, Name: string, tags: Tags) {
  const { LoadBalancers } = await loadBalancers.send(
    new CreateLoadBalancerCommand({ Name, Type: 'network', Subnets: [subnet], Tags: list(tags) }),
  );
  const arn = LoadBalancers?.[0]?.LoadBalancerArn;
  assert(arn !== undefined);
  return arn;
}

export async function targetGroup({ loadBalancers }: AwsClients, { vpc }: Network, Name: string, tags: Tags) {
  const { TargetGroups } = await loadBalancers.send(
    new CreateTargetGroupCommand({ Name, Protocol: 'TCP', Port: 80, VpcId: vpc, Tags: list(tags) }),
  );
  const arn = TargetGroups?.[0]?.TargetGroupArn;
  assert(arn !== undefined);
  return arn;
}

export async function classicLoadBalancer({ classicLoadBalancers }: AwsClients, name: string, tags: Tags) {
  const listener = { Protocol: 'tcp', LoadBalancerPort: 80, InstancePort: 80 };
  await classicLoadBalancers.send(
    new CreateClassicCommand({
      LoadBalancerName: name,
      Listeners: [listener],
      AvailabilityZones: [`${region}a`],
      Tags: list(tags),
    }),
  );
  return name;
}

export async function cluster({ eks }: AwsClients, { subnet }: Network, name: string, tags: Tags) {
  const resourcesVpcConfig = { subnetIds: [subnet] };
  const roleArn = 'arn:aws:iam::123456789012:role/eks';
  await eks.send(new CreateClusterCommand({ name, roleArn, resourcesVpcConfig, tags }));
  return name;
}

export async function elasticAddress({ ec2 }: AwsClients, tags: Tags) {
  const request = { Domain: 'vpc' as const, TagSpecifications: specified('elastic-ip', tags) };
  const { AllocationId } = await ec2.send(new AllocateAddressCommand(request));
  assert(AllocationId !== undefined);
  return AllocationId;
}

export async function natGateway({ ec2 }: AwsClients, { subnet }: Network, AllocationId: string, tags: Tags) {
  const request = { SubnetId: subnet, AllocationId, TagSpecifications: specified('natgateway', tags) };
  const { NatGateway } = await ec2.send(new CreateNatGatewayCommand(request));
  assert(NatGateway?.NatGatewayId !== undefined);
  return NatGateway.NatGatewayId;
}
