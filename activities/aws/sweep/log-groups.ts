import { ListTagsForResourceCommand, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import type { AwsClients } from '../clients.ts';
import { isGone } from '../errors.ts';
import { everyItem } from '../pages.ts';
import type { LabNames } from '../tags.ts';
import { leftOf, type Leftover, tagged, type Tagged } from './leftover.ts';

/** Log groups, by their names: EKS makes the cluster's anew, without tags, when it writes a line after Terraform deleted it. */
export async function logGroupLeftovers({ logs }: Pick<AwsClients, 'logs'>, names: LabNames): Promise<Leftover[]> {
  const found: Tagged[] = [];
  const { cluster } = names;
  for (const logGroupNamePrefix of [`/aws/eks/${cluster}/`, `/aws/containerinsights/${cluster}/`]) {
    const pages = paginateDescribeLogGroups({ client: logs }, { logGroupNamePrefix });
    for (const { logGroupName = '', arn = '', creationTime } of await everyItem(pages, (page) => page.logGroups)) {
      const tags = await tagsOfGroup(logs, arn);
      if (tags) found.push(tagged('log group', logGroupName, { 'eks:cluster-name': cluster, ...tags }, creationTime));
    }
  }
  return leftOf(found, names);
}

/** Null for one that is gone. */
async function tagsOfGroup(logs: AwsClients['logs'], arn: string): Promise<Record<string, string> | null> {
  try {
    // DescribeLogGroups writes the ARN with the log streams in it
    const resourceArn = arn.replace(/:\*$/, '');
    const { tags = {} } = await logs.send(new ListTagsForResourceCommand({ resourceArn }));
    return tags;
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}
