import { beforeAll, describe, expect, it } from 'vitest';
import { fileCleanup } from '../support/cleanups.ts';
import { Copy } from './support/configuration.ts';
import { assertOrder, type Kind, type Operation } from './support/journal.ts';
import { isSimulated, tofuPath } from './support/tofu.ts';

const cleanup = fileCleanup();

/** Whatever must come first takes long, both when it is made and when it goes: an order that is only luck does not hold. */
const slow = [
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
];

const kind = (type: string, id?: RegExp): Kind => (id ? { type, id } : { type });
const cluster = kind('aws_eks_cluster');
const nodes = kind('aws_eks_node_group');
const coredns = kind('aws_eks_addon', /:coredns$/);
const ebs = kind('aws_eks_addon', /:aws-ebs-csi-driver$/);

/** What must be there before what can be made; and, when all goes, outlive it. */
const order: [what: string, first: Kind, then: Kind][] = [
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

describe.skipIf(!isSimulated)('the order', () => {
  let made: Operation[];
  let gone: Operation[];
  let left: number;

  beforeAll(async () => {
    const copy = await Copy.make(await tofuPath(), cleanup);
    await copy.init();
    const simulation = { DELAY_MS: ['10', ...slow].join(',') };
    await copy.made(simulation);
    made = await copy.operations();
    await copy.destroy(simulation);
    gone = await copy.operations(made.length);
    left = await copy.objects();
  });

  it.each(order)('in which all is made: %s', (_, first, then) => {
    expect(() => assertOrder(made, first, then)).not.toThrow();
  });

  it.each(order)('in which all goes, the other way round: %s', (_, first, then) => {
    expect(() => assertOrder(gone, then, first)).not.toThrow();
  });

  it('is through with everything', () => {
    expect(gone).toHaveLength(made.length);
    expect([...made, ...gone].filter(({ error }) => error)).toEqual([]);
    expect(left).toBe(0);
  });

  it('lets the control plane begin before the NAT gateways are through', () => {
    expect(() => assertOrder(made, kind('aws_nat_gateway'), cluster)).toThrow(/ms after/);
  });
});
