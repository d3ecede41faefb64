import {
  type Addon,
  type Cluster,
  DescribeAddonCommand,
  DescribeClusterCommand,
  DescribeNodegroupCommand,
  type Nodegroup,
  paginateListAddons,
  paginateListNodegroups,
} from '@aws-sdk/client-eks';
import { mapParallel } from '../parallel.ts';
import type { AwsClients } from './clients.ts';
import { isGone } from './errors.ts';
import { everyItem } from './pages.ts';

const width = 4;

type Clients = Pick<AwsClients, 'eks'>;

export interface ClusterLook {
  name: string;
  /** as EKS has it: `ACTIVE`, `CREATING`, `UPDATING`, `DELETING`, `FAILED` */
  status: string;
  version: string;
  since: string | null;
  /** what EKS says is wrong with it */
  issues: string[];
  addons: AddonLook[];
}

export interface AddonLook {
  name: string;
  version: string;
  /** `ACTIVE`, `DEGRADED`, … */
  status: string;
  issues: string[];
}

export interface NodegroupLook {
  name: string;
  status: string;
  types: string[];
  capacity: string;
  desired: number;
  min: number;
  max: number;
  issues: string[];
}

/** The cluster and its add-ons; null where there is none of that name. */
export async function describeCluster(clients: Clients, name: string): Promise<ClusterLook | null> {
  const found = await findCluster(clients, name);
  if (!found) return null;
  const { status = '', version = '', createdAt, health } = found;
  const addons = await describeAddons(clients, name);
  return { name, status, version, since: createdAt?.toISOString() ?? null, issues: issuesOf(health), addons };
}

/** As EKS describes it; null where there is none of that name. */
export async function findCluster({ eks }: Clients, name: string): Promise<Cluster | null> {
  return ifPresent(async () => {
    const { cluster } = await eks.send(new DescribeClusterCommand({ name }));
    return cluster ?? null;
  });
}

/** The node groups of a cluster, by name; none where there is no such cluster. */
export async function describeNodegroups({ eks }: Clients, cluster: string): Promise<NodegroupLook[]> {
  const pages = paginateListNodegroups({ client: eks }, { clusterName: cluster });
  const names = (await ifPresent(() => everyItem(pages, ({ nodegroups }) => nodegroups))) ?? [];
  const found = await mapParallel(names.toSorted(), width, (name) => findNodegroup({ eks }, cluster, name));
  return found.filter((group) => group !== null);
}

/** Null where there is no such cluster or node group. */
export async function findNodegroup({ eks }: Clients, cluster: string, name: string): Promise<NodegroupLook | null> {
  return ifPresent(async () => {
    const request = new DescribeNodegroupCommand({ clusterName: cluster, nodegroupName: name });
    const { nodegroup } = await eks.send(request);
    return nodegroup ? lookOf(nodegroup) : null;
  });
}

function lookOf(group: Nodegroup): NodegroupLook {
  const { nodegroupName: name = '', status = '', instanceTypes = [], capacityType = '', scalingConfig, health } = group;
  const { desiredSize: desired = 0, minSize: min = 0, maxSize: max = 0 } = scalingConfig ?? {};
  return { name, status, types: instanceTypes, capacity: capacityType, desired, min, max, issues: issuesOf(health) };
}

async function describeAddons({ eks }: Clients, clusterName: string): Promise<AddonLook[]> {
  const pages = paginateListAddons({ client: eks }, { clusterName });
  const names = (await ifPresent(() => everyItem(pages, ({ addons }) => addons))) ?? [];
  const found = await mapParallel(names.toSorted(), width, (addonName) =>
    ifPresent(async () => (await eks.send(new DescribeAddonCommand({ clusterName, addonName }))).addon ?? null),
  );
  return found.filter((addon) => addon !== null).map(addonLookOf);
}

function addonLookOf({ addonName = '', addonVersion = '', status, health }: Addon): AddonLook {
  return { name: addonName, version: addonVersion, status: status ?? '', issues: issuesOf(health) };
}

/** `InsufficientFreeAddresses: …` */
function issuesOf(health: { issues?: { code?: string; message?: string }[] | undefined } = {}): string[] {
  return (health.issues ?? []).map(({ code = '', message = '' }) => (message ? `${code}: ${message}` : code));
}

async function ifPresent<T>(call: () => Promise<T>): Promise<T | null> {
  try {
    return await call();
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}
