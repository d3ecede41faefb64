import { type ErrorDocument, Problem } from '../../workflows/problem.ts';
import type { Part } from '../kubernetes/look/look.ts';
import type { AwsClients } from './clients.ts';
import { type ClusterLook, describeCluster, describeNodegroups, type NodegroupLook } from './eks.ts';
import { type RunningCost, runningCost } from './running-cost.ts';
import type { LabNames } from './tags.ts';

/** What EKS tells of a lab. */
export interface EksLook {
  region: string;
  /** null: there is none */
  cluster: ClusterLook | null;
  nodegroups: NodegroupLook[];
}

/** A lab at a glance, as AWS knows it. */
export interface AwsLook {
  aws: Part<EksLook>;
  /** null where there is no cluster */
  cost: Part<RunningCost | null>;
}

type Clients = Pick<AwsClients, 'eks' | 'ec2' | 'region'>;

/** Asks AWS about a lab; what it does not answer says so, and leaves the rest. */
export async function lookAtAws(clients: Clients, names: LabNames): Promise<AwsLook> {
  const eks = lookAtEks(clients, names.cluster);
  const [aws, cost] = await Promise.all([part(eks), part(costOfWhatIsThere(clients, names, eks))]);
  return { aws, cost };
}

async function lookAtEks(clients: Clients, name: string): Promise<EksLook> {
  const cluster = await describeCluster(clients, name);
  const nodegroups = cluster ? await describeNodegroups(clients, name) : [];
  return { region: clients.region, cluster, nodegroups };
}

async function costOfWhatIsThere(
  clients: Clients,
  names: LabNames,
  eks: Promise<EksLook>,
): Promise<RunningCost | null> {
  const { cluster, nodegroups } = await eks;
  return cluster && runningCost(clients, names, cluster, nodegroups);
}

async function part<T>(found: Promise<T>): Promise<Part<T>> {
  try {
    return await found;
  } catch (error) {
    return documentOf(error);
  }
}

/** Throws what is no answer of AWS. */
function documentOf(error: unknown): ErrorDocument {
  if (error instanceof Problem) return error.document;
  if (!(error instanceof Error) || !('$metadata' in error)) throw error;
  return new Problem('internal', `AWS answers: ${error.message}`, 'Look again in a moment.').document;
}
