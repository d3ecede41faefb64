import { type InstanceTypeInfo, paginateDescribeInstanceTypes } from '@aws-sdk/client-ec2';
import { GetAWSDefaultServiceQuotaCommand, GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import { Problem, type ProblemCode } from '../../workflows/problem.ts';
import type { AwsClients } from './clients.ts';
import type { NodeGroupSize } from './cost.ts';
import { isGone } from './errors.ts';
import { everyItem, inPieces } from './pages.ts';
import type { LabNames } from './tags.ts';
import { isStandard, usageBeside } from './usage.ts';

type Clients = Pick<AwsClients, 'ec2' | 'eks' | 'quotas'>;

type Machines = Pick<NodeGroupSize, 'type' | 'capacity' | 'count'>;

/** What a lab needs in all, whether it has it already or not. */
export interface Needs {
  vpcs: number;
  clusters: number;
  /** each in a zone of its own */
  natGateways: number;
  elasticAddresses: number;
  nodeGroups: Machines[];
}

export interface QuotaLook {
  /** in words, what the account may not have as much of as the lab needs, and the instance types that the region does not have */
  missing: string[];
  /** the quotas that could not be read */
  warnings: string[];
}

/** With these the quota is not known, which is no reason not to go on: AWS itself refuses what is too much. */
const mayNotTell = new Set<ProblemCode>(['aws-denied', 'aws-unreachable']);
/** A filter of EC2's takes so many values. */
const mostAtOnce = 200;

/** What is to be held against a quota: how much of it is needed, and in use by others. */
interface Claim {
  what: string;
  service: string;
  /** as AWS numbers it, the same in every account */
  code: string;
  needed: number;
  used: number;
}

/** Holds what a lab needs against the account's quotas and what else is in use. Of what is not needed no quota is asked for. */
export async function missingQuota(clients: Clients, names: LabNames, needs: Needs): Promise<QuotaLook> {
  const { nodeGroups, natGateways } = needs;
  const usage = await usageBeside(clients, names);
  const vcpusOf = await vcpusByType(clients, [...nodeGroups, ...usage.instances]);
  const vcpus = (machines: Machines[], capacity: Machines['capacity']): number =>
    machines
      .filter((group) => group.capacity === capacity && isStandard(group.type))
      .reduce((total, { type, count }) => total + count * (vcpusOf.get(type) ?? 0), 0);
  // the zone that is the last one needed, when those with the most room come first
  const fullest = [...usage.natGateways.values()].toSorted((a, b) => a - b)[natGateways - 1];
  const claims: Claim[] = [
    { what: 'VPCs', service: 'vpc', code: 'L-F678F1CE', needed: needs.vpcs, used: usage.vpcs },
    { what: 'EKS clusters', service: 'eks', code: 'L-1194D53C', needed: needs.clusters, used: usage.clusters },
    {
      what: 'elastic addresses',
      service: 'ec2',
      code: 'L-0263D0A3',
      needed: needs.elasticAddresses,
      used: usage.elasticAddresses,
    },
    {
      what: `NAT gateways in each of ${natGateways} zones`,
      service: 'vpc',
      code: 'L-FE5A380F',
      needed: Math.min(1, natGateways),
      used: fullest ?? Infinity,
    },
    {
      what: 'vCPUs of on-demand instances',
      service: 'ec2',
      code: 'L-1216C47A',
      needed: vcpus(nodeGroups, 'ON_DEMAND'),
      used: vcpus(usage.instances, 'ON_DEMAND'),
    },
    {
      what: 'vCPUs of spot instances',
      service: 'ec2',
      code: 'L-34B43A08',
      needed: vcpus(nodeGroups, 'SPOT'),
      used: vcpus(usage.instances, 'SPOT'),
    },
  ];
  const looks = await Promise.all(claims.filter(({ needed }) => needed > 0).map((claim) => look(clients, claim)));
  const unknown = [...new Set(nodeGroups.map(({ type }) => type))].filter((type) => !vcpusOf.has(type));
  return {
    missing: [
      ...unknown.map((type) => `the region has no instances of type ${type}`),
      ...looks.flatMap(({ missing }) => missing),
    ],
    warnings: looks.flatMap(({ warnings }) => warnings),
  };
}

async function look({ quotas }: Clients, { what, service, code, needed, used }: Claim): Promise<QuotaLook> {
  const name = { ServiceCode: service, QuotaCode: code };
  try {
    const limit = await limitOf(quotas, name);
    if (used + needed <= limit) return { missing: [], warnings: [] };
    return {
      missing: [`${what}: ${needed} needed, ${used} of ${limit} in use (quota ${service}/${code})`],
      warnings: [],
    };
  } catch (error) {
    if (!(error instanceof Problem && mayNotTell.has(error.code)) && !isGone(error)) throw error;
    return {
      missing: [],
      warnings: [`quota ${service}/${code} (${what}) cannot be read: ${(error as Error).message}`],
    };
  }
}

/** An account for which a quota was never changed may have the default one only. */
async function limitOf(
  client: AwsClients['quotas'],
  name: { ServiceCode: string; QuotaCode: string },
): Promise<number> {
  try {
    const { Quota } = await client.send(new GetServiceQuotaCommand(name));
    if (Quota?.Value !== undefined) return Quota.Value;
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  const { Quota } = await client.send(new GetAWSDefaultServiceQuotaCommand(name));
  return Quota?.Value ?? Infinity;
}

/** Of an instance of a type, as it is unless told otherwise; of the types only that the region has. */
async function vcpusByType({ ec2: client }: Clients, machines: Machines[]): Promise<Map<string, number>> {
  const types = [...new Set(machines.map(({ type }) => type))];
  const all: InstanceTypeInfo[] = [];
  for (const Values of inPieces(types, mostAtOnce)) {
    // asked for by a filter, since naming one that is not there fails the whole call
    const pages = paginateDescribeInstanceTypes({ client }, { Filters: [{ Name: 'instance-type', Values }] });
    all.push(...(await everyItem(pages, (page) => page.InstanceTypes)));
  }
  return new Map(all.map(({ InstanceType = '', VCpuInfo }) => [InstanceType, VCpuInfo?.DefaultVCpus ?? 0]));
}
