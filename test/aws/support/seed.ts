import assert from 'node:assert/strict';
import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  AllocateAddressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateLaunchTemplateCommand,
  CreateNatGatewayCommand,
  CreateNetworkInterfaceCommand,
  CreateSecurityGroupCommand,
  CreateSnapshotCommand,
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
import { CreateOpenIDConnectProviderCommand, CreatePolicyCommand, CreateRoleCommand } from '@aws-sdk/client-iam';
import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import type { AwsClients } from '../../../activities/aws/clients.ts';
import type { Tags } from '../../../activities/aws/tags.ts';
import { region } from './account.ts';

function list(tags: Tags): { Key: string; Value: string }[] | undefined {
  if (Object.keys(tags).length === 0) return undefined;
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

function specified(ResourceType: ResourceType, tags: Tags): TagSpecification[] | undefined {
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

/** One of every kind of thing that a lab may leave; what the sweep is to find, as `kind id`. */
export async function everything(clients: AwsClients, name: string, tags: Tags, cidr: string): Promise<string[]> {
  const { ec2, iam, kms, logs, secrets } = clients;
  const found: string[] = [];
  const add = (kind: string, id: string | undefined): void => {
    assert(id, kind);
    found.push(`${kind} ${id}`);
  };
  const net = await network(clients, tags, cidr);
  add('VPC', net.vpc);
  add('instance', await instance(clients, net, tags, 't3.medium'));
  add('volume', await volume(clients, tags));
  const VolumeId = await volume(clients, {});
  const snapshot = new CreateSnapshotCommand({ VolumeId, TagSpecifications: specified('snapshot', tags) });
  add('snapshot', (await ec2.send(snapshot)).SnapshotId);
  add('network interface', await networkInterface(clients, net, tags));
  add('security group', await securityGroup(clients, net, `${name}-group`, tags));
  const address = await elasticAddress(clients, tags);
  add('elastic address', address);
  add('NAT gateway', await natGateway(clients, net, address, tags));
  const internet = new CreateInternetGatewayCommand({ TagSpecifications: specified('internet-gateway', tags) });
  add('internet gateway', (await ec2.send(internet)).InternetGateway?.InternetGatewayId);
  const template = { LaunchTemplateName: name, TagSpecifications: specified('launch-template', tags) };
  const made = await ec2.send(new CreateLaunchTemplateCommand({ ...template, LaunchTemplateData: {} }));
  add('launch template', made.LaunchTemplate?.LaunchTemplateId);
  add('load balancer', await loadBalancer(clients, net, `k8s-${name}`, tags));
  add('target group', await targetGroup(clients, net, `k8s-${name}`, tags));
  add('classic load balancer', await classicLoadBalancer(clients, `classic-${name}`, tags));
  add('EKS cluster', await cluster(clients, net, name, tags));
  await secrets.send(new CreateSecretCommand({ Name: `${name}/postgres`, SecretString: 'x', Tags: list(tags) }));
  add('secret', `${name}/postgres`);
  await logs.send(new CreateLogGroupCommand({ logGroupName: `/aws/eks/${name}/cluster`, tags }));
  add('log group', `/aws/eks/${name}/cluster`);
  const Tags = Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
  add('KMS key', (await kms.send(new CreateKeyCommand({ Tags }))).KeyMetadata?.KeyId);
  const role = { RoleName: `${name}-node`, AssumeRolePolicyDocument: '{}', Tags: list(tags) };
  add('IAM role', (await iam.send(new CreateRoleCommand(role))).Role?.RoleName);
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' },
  });
  const policy = new CreatePolicyCommand({ PolicyName: `${name}-read`, PolicyDocument, Tags: list(tags) });
  add('IAM policy', (await iam.send(policy)).Policy?.Arn);
  const Url = `https://oidc.eks.${region}.amazonaws.com/id/${name}`;
  const provider = { Url, ClientIDList: ['sts.amazonaws.com'], ThumbprintList: ['a'.repeat(40)], Tags: list(tags) };
  const oidc = await iam.send(new CreateOpenIDConnectProviderCommand(provider));
  add('OIDC provider', oidc.OpenIDConnectProviderArn);
  return found.toSorted();
}
