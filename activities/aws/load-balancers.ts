import {
  DescribeTagsCommand as DescribeClassicTagsCommand,
  paginateDescribeLoadBalancers as paginateClassicLoadBalancers,
} from '@aws-sdk/client-elastic-load-balancing';
import {
  DescribeTagsCommand,
  paginateDescribeLoadBalancers,
  paginateDescribeTargetGroups,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AwsClients } from './clients.ts';
import { isGone } from './errors.ts';
import { everyItem, inPieces } from './pages.ts';
import { type Tags, tagsOf } from './tags.ts';

/** AWS tells the tags of so many at once. */
const mostAtOnce = 20;

/** A load balancer or a target group. */
export interface Balancing {
  /** what AWS's calls take: its ARN, or a classic load balancer's name */
  id: string;
  name: string;
  tags: Tags;
  since?: Date;
}

/** Every load balancer of the region but the classic ones. */
export async function loadBalancers({
  loadBalancers: client,
}: Pick<AwsClients, 'loadBalancers'>): Promise<Balancing[]> {
  const found = await everyItem(paginateDescribeLoadBalancers({ client }, {}), (page) => page.LoadBalancers);
  const all = found.map(({ LoadBalancerArn: id = '', LoadBalancerName: name = '', CreatedTime: since }) => ({
    id,
    name,
    ...(since && { since }),
  }));
  return withTags(all, tagReader(client));
}

/** Every target group of the region. */
export async function targetGroups({ loadBalancers: client }: Pick<AwsClients, 'loadBalancers'>): Promise<Balancing[]> {
  const found = await everyItem(paginateDescribeTargetGroups({ client }, {}), (page) => page.TargetGroups);
  const all = found.map(({ TargetGroupArn: id = '', TargetGroupName: name = '' }) => ({ id, name }));
  return withTags(all, tagReader(client));
}

/** Every classic load balancer of the region. */
export async function classicLoadBalancers({
  classicLoadBalancers: client,
}: Pick<AwsClients, 'classicLoadBalancers'>): Promise<Balancing[]> {
  const found = await everyItem(paginateClassicLoadBalancers({ client }, {}), (page) => page.LoadBalancerDescriptions);
  const all = found.map(({ LoadBalancerName: name = '', CreatedTime: since }) => ({
    id: name,
    name,
    ...(since && { since }),
  }));
  return withTags(all, async (LoadBalancerNames) => {
    const { TagDescriptions = [] } = await client.send(new DescribeClassicTagsCommand({ LoadBalancerNames }));
    return TagDescriptions.map(({ LoadBalancerName = '', Tags }) => [LoadBalancerName, tagsOf(Tags)]);
  });
}

type ReadTags = (ids: string[]) => Promise<[id: string, tags: Tags][]>;

function tagReader(client: AwsClients['loadBalancers']): ReadTags {
  return async (ResourceArns) => {
    const { TagDescriptions = [] } = await client.send(new DescribeTagsCommand({ ResourceArns }));
    return TagDescriptions.map(({ ResourceArn = '', Tags }) => [ResourceArn, tagsOf(Tags)]);
  };
}

async function withTags(all: Omit<Balancing, 'tags'>[], read: ReadTags): Promise<Balancing[]> {
  const found: [string, Tags][] = [];
  const ids = all.map(({ id }) => id);
  for (const piece of inPieces(ids, mostAtOnce)) found.push(...(await readPresent(piece, read)));
  const tags = new Map(found);
  return all.flatMap((one) => {
    const own = tags.get(one.id);
    return own ? [{ ...one, tags: own }] : [];
  });
}

/** One that has gone since it was listed fails the call for all that are named in it. */
async function readPresent(ids: string[], read: ReadTags): Promise<[string, Tags][]> {
  try {
    return await read(ids);
  } catch (error) {
    if (!isGone(error)) throw error;
    if (ids.length === 1) return [];
    const found = await Promise.all(ids.map((id) => readPresent([id], read)));
    return found.flat();
  }
}
