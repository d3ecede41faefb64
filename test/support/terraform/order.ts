import type { Kind } from './journal.ts';

/** Whatever must come first takes long, both when it is made and when it goes: an order that is only luck does not hold. */
export const slow = [
  '10',
  'aws_nat_gateway:600',
  'aws_eks_node_group:500',
  'aws_eks_cluster:400',
  'aws_eks_addon:300',
  'aws_internet_gateway:300',
  'aws_cloudwatch_log_group:300',
  'aws_kms_key_policy:300',
  'aws_iam_role_policy:300',
  'aws_iam_role_policy_attachment:300',
  'aws_route:300',
  'aws_route_table_association:300',
].join(',');

export const kind = (type: string, id?: RegExp): Kind => (id ? { type, id } : { type });
export const cluster = kind('aws_eks_cluster');
const nodes = kind('aws_eks_node_group');
const coredns = kind('aws_eks_addon', /:coredns$/);
const ebs = kind('aws_eks_addon', /:aws-ebs-csi-driver$/);

/** What must be there before what can be made; and, when all goes, outlive it. */
export const order: [what: string, first: Kind, then: Kind][] = [
  ['the key’s policy, the log group that it encrypts', kind('aws_kms_key_policy'), kind('aws_cloudwatch_log_group')],
  ['the log group, the cluster that writes to it', kind('aws_cloudwatch_log_group'), cluster],
  ['the cluster’s rights, the cluster', kind('aws_iam_role_policy_attachment', /-cluster\//), cluster],
  ['the internet gateway, addresses', kind('aws_internet_gateway'), kind('aws_eip')],
  ['the internet gateway, NAT gateways', kind('aws_internet_gateway'), kind('aws_nat_gateway')],
  ['NAT gateways, nodes', kind('aws_nat_gateway'), nodes],
  ['ways out, nodes', kind('aws_route'), nodes],
  ['the subnets’ routes, nodes', kind('aws_route_table_association'), nodes],
  ['the nodes’ rights, nodes', kind('aws_iam_role_policy_attachment', /-node\//), nodes],
  ['the nodes’ network, nodes', kind('aws_eks_addon', /:vpc-cni$/), nodes],
  ['the nodes’ proxy, nodes', kind('aws_eks_addon', /:kube-proxy$/), nodes],
  ['nodes, the cluster’s DNS', nodes, coredns],
  ['nodes, the EBS driver', nodes, ebs],
  ['the EBS driver’s rights, the driver', kind('aws_iam_role_policy_attachment', /-ebs-csi-driver\//), ebs],
];
