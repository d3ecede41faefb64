import {
  DeleteSecurityGroupCommand,
  type EC2Client,
  type IpPermission,
  paginateDescribeSecurityGroups,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import type { AwsClients } from '../clients.ts';
import { everyItem } from '../pages.ts';
import { belongsTo, type LabNames, type Tags, tagsOf } from '../tags.ts';
import type { Made } from './made.ts';

/** Security groups that were made for load balancers; not those of the cluster and its nodes, which carry its tag as well. */
export async function madeSecurityGroups({ ec2: client }: Pick<AwsClients, 'ec2'>, names: LabNames): Promise<Made[]> {
  const pages = paginateDescribeSecurityGroups({ client }, {});
  const groups = (await everyItem(pages, ({ SecurityGroups }) => SecurityGroups)).filter(({ Tags }) =>
    belongsTo(tagsOf(Tags), names),
  );
  return groups
    .filter(({ Tags, GroupName }) => isForLoadBalancer(tagsOf(Tags), GroupName, names.cluster))
    .map(({ GroupId: id = '' }) => ({
      kind: 'security group',
      id,
      remove: async () => {
        for (const group of groups) await forget(client, group, id);
        await client.send(new DeleteSecurityGroupCommand({ GroupId: id }));
      },
    }));
}

/** The load balancer controller tags its own; of those that the cluster itself makes only the name tells. */
function isForLoadBalancer(tags: Tags, name = '', cluster: string): boolean {
  if (tags['elbv2.k8s.aws/cluster'] === cluster) return true;
  return tags[`kubernetes.io/cluster/${cluster}`] === 'owned' && name.startsWith('k8s-elb-');
}

/** A rule that lets a load balancer in keeps its security group from being deleted; whoever made the rule may be gone. */
async function forget(client: EC2Client, { GroupId, IpPermissions = [] }: SecurityGroup, id: string): Promise<void> {
  if (GroupId === id) return;
  const rules = IpPermissions.flatMap(({ IpProtocol, FromPort, ToPort, UserIdGroupPairs = [] }): IpPermission[] =>
    UserIdGroupPairs.some((pair) => pair.GroupId === id)
      ? [{ IpProtocol, FromPort, ToPort, UserIdGroupPairs: [{ GroupId: id }] }]
      : [],
  );
  if (rules.length === 0) return;
  await client.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: rules }));
}
