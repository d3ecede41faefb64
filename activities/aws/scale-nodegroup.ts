import { setTimeout as delay } from 'node:timers/promises';
import { paginateDescribeInstances } from '@aws-sdk/client-ec2';
import { UpdateNodegroupConfigCommand } from '@aws-sdk/client-eks';
import { nearestNames } from '../../scenarios/nearest.ts';
import { Problem, shown } from '../../workflows/problem.ts';
import type { Progress } from '../lifecycle/step.ts';
import type { AwsClients } from './clients.ts';
import { describeNodegroups, findNodegroup, type NodegroupLook } from './eks.ts';
import { isAnswer } from './errors.ts';
import { everyItem } from './pages.ts';

const pause = 2_000;

type Clients = Pick<AwsClients, 'eks' | 'ec2'>;

export interface NodegroupSize {
  cluster: string;
  name: string;
  desired: number;
}

/** What scaling a node group found and left. */
export interface ScaledNodegroup extends NodegroupSize {
  before: number;
}

/**
 * Sets how many nodes a node group is to have, within its limits, and waits until it has them. Throws Problems
 * `no-such-nodegroup` with what there is, `bad-usage` where the limits do not allow it, `lifecycle-busy` where the group is
 * being changed already, and `not-ready` where it does not get there within `patience` milliseconds, with what EKS says.
 */
export async function scaleNodegroup(
  clients: Clients,
  { cluster, name, desired }: NodegroupSize,
  progress: Pick<Progress, 'show'>,
  signal: AbortSignal,
  patience = 15 * 60_000,
): Promise<ScaledNodegroup> {
  const end = performance.now() + patience;
  const group = await findNodegroup(clients, cluster, name);
  if (!group) throw await unknown(clients, cluster, name);
  requireWithin(group, desired);
  const { desired: before } = group;
  if (before !== desired) await update(clients, { cluster, name, desired });
  for (;;) {
    const now = await findNodegroup(clients, cluster, name);
    if (!now) throw await unknown(clients, cluster, name);
    const running = await countRunning(clients, cluster, name);
    if (now.status === 'ACTIVE' && now.desired === desired && running === desired) break;
    const state = `node group ${name} is ${now.status}, ${running} of ${desired} nodes run`;
    const detail = [state, ...now.issues].join('; ');
    progress.show({ detail });
    if (performance.now() > end) {
      throw new Problem('not-ready', `After ${patience / 60_000} minutes ${detail}`, 'See: npm run status');
    }
    await delay(pause, undefined, { signal });
  }
  return { cluster, name, desired, before };
}

function requireWithin({ name, min, max, desired: now }: NodegroupLook, desired: number): void {
  if (Number.isSafeInteger(desired) && desired >= min && desired <= max) return;
  const message = `Node group ${name} may have ${min} to ${max} nodes (now ${now}), and not ${shown(desired)}`;
  const hint = 'Other limits are a matter of Terraform: change min_size or max_size among its variables, and deploy.';
  throw new Problem('bad-usage', message, hint);
}

async function update({ eks }: Clients, { cluster, name, desired }: NodegroupSize): Promise<void> {
  try {
    const scalingConfig = { desiredSize: desired };
    await eks.send(new UpdateNodegroupConfigCommand({ clusterName: cluster, nodegroupName: name, scalingConfig }));
  } catch (error) {
    if (!isAnswer(error, 'ResourceInUseException', 'InvalidRequestException')) throw error;
    const message = `Node group ${name} is being changed already: ${error.message}`;
    throw new Problem('lifecycle-busy', message, 'Wait until that is through; see: npm run status', { cause: error });
  }
}

/** EKS tells how many a group is to have, EC2 how many it has. */
async function countRunning({ ec2 }: Clients, cluster: string, name: string): Promise<number> {
  const Filters = [
    { Name: 'tag:eks:cluster-name', Values: [cluster] },
    { Name: 'tag:eks:nodegroup-name', Values: [name] },
    { Name: 'instance-state-name', Values: ['running'] },
  ];
  const pages = paginateDescribeInstances({ client: ec2, pageSize: 100 }, { Filters });
  const found = await everyItem(pages, ({ Reservations }) => Reservations?.flatMap((each) => each.Instances ?? []));
  return found.length;
}

async function unknown(clients: Clients, cluster: string, name: string): Promise<Problem> {
  const names = (await describeNodegroups(clients, cluster)).map((group) => group.name);
  const near = nearestNames(
    names.map((each) => ({ name: each, aliases: [] })),
    name,
  );
  const there = names.length > 0 ? `it has ${names.join(', ')}` : 'it has none, or is not there';
  const hint = near.length > 0 ? `Did you mean ${near.join(' or ')}?` : 'See what is there with: npm run status';
  return new Problem('no-such-nodegroup', `Cluster ${cluster} has no node group "${shown(name)}"; ${there}`, hint);
}
