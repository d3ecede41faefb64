import type { PlannedResource } from '../terraform/planned.ts';
import type { Sizes } from './cost.ts';
import type { Needs } from './quotas.ts';

/** What a plan of terraform/ makes of all that costs something, or has a quota. */
export function sizesIn(resources: readonly PlannedResource[]): Sizes {
  const count = (type: string): number => resources.filter((each) => each.type === type).length;
  return {
    nodeGroups: nodeGroupsIn(resources),
    natGateways: count('aws_nat_gateway'),
    // made in the cluster, if at all
    publicAddresses: 0,
    loadBalancers: 0,
    volumesGb: 0,
    kmsKeys: count('aws_kms_key'),
    secrets: count('aws_secretsmanager_secret'),
  };
}

/** A lab is one VPC with one cluster. */
export function needsOf({ nodeGroups, natGateways }: Sizes): Needs {
  return { vpcs: 1, clusters: 1, natGateways, elasticAddresses: natGateways, nodeGroups };
}

/** Names of the secrets that a plan makes. */
export function newSecretsIn(resources: readonly PlannedResource[]): string[] {
  return resources
    .filter(({ type, actions }) => type === 'aws_secretsmanager_secret' && actions.includes('create'))
    .map(({ values }) => String(values['name']));
}

/** A node group's disks are its launch template's, which has the same key. */
function nodeGroupsIn(resources: readonly PlannedResource[]): Sizes['nodeGroups'] {
  const disks = new Map(
    resources
      .filter(({ type }) => type === 'aws_launch_template')
      .map(({ address, values }) => [keyOf(address), diskIn(values as unknown as LaunchTemplate)]),
  );
  return resources
    .filter(({ type }) => type === 'aws_eks_node_group')
    .map(({ address, values }) => {
      const {
        instance_types: types,
        capacity_type: capacity,
        scaling_config: scaling,
      } = values as unknown as NodeGroup;
      const diskGb = disks.get(keyOf(address)) ?? 0;
      return { type: types[0] ?? '', capacity, count: scaling[0]?.desired_size ?? 0, diskGb };
    });
}

interface NodeGroup {
  instance_types: string[];
  capacity_type: 'ON_DEMAND' | 'SPOT';
  scaling_config: { desired_size: number }[];
}

interface LaunchTemplate {
  block_device_mappings: { ebs: { volume_size: number }[] }[];
}

function diskIn({ block_device_mappings: disks }: LaunchTemplate): number {
  return disks.flatMap(({ ebs }) => ebs).reduce((sum, { volume_size: size }) => sum + size, 0);
}

/** `app` of `module.eks.aws_eks_node_group.this["app"]` */
function keyOf(address: string): string {
  return /\["(.*)"\]$/.exec(address)?.[1] ?? address;
}
