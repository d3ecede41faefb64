import assert from 'node:assert/strict';
import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateInternetGatewayCommand, CreateLaunchTemplateCommand, CreateSnapshotCommand } from '@aws-sdk/client-ec2';
import { CreateOpenIDConnectProviderCommand, CreatePolicyCommand, CreateRoleCommand } from '@aws-sdk/client-iam';
import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import type { AwsClients } from '../../../activities/aws/clients.ts';
import type { Tags } from '../../../activities/aws/tags.ts';
import { region } from '../../support/aws/account.ts';
import {
  classicLoadBalancer,
  cluster,
  elasticAddress,
  instance,
  list,
  loadBalancer,
  natGateway,
  network,
  networkInterface,
  securityGroup,
  specified,
  targetGroup,
  volume,
} from '../../support/aws/seed.ts';

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
