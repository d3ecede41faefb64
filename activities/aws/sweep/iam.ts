import {
  type IAMClient,
  ListOpenIDConnectProvidersCommand,
  ListOpenIDConnectProviderTagsCommand,
  ListPolicyTagsCommand,
  ListRoleTagsCommand,
  paginateListPolicies,
  paginateListRoles,
  type Tag,
} from '@aws-sdk/client-iam';
import type { AwsClients } from '../clients.ts';
import { isGone } from '../errors.ts';
import { everyItem } from '../pages.ts';
import { mapParallel } from '../../parallel.ts';
import { type LabNames, tagsOf } from '../tags.ts';
import { leftOf, type Leftover, tagged, type Tagged } from './leftover.ts';

const width = 4;

/**
 * Roles, policies and identity providers. IAM lists them without their tags, and is the same for all regions: of roles and
 * policies only those are asked for theirs whose names begin with the cluster's.
 */
export async function iamLeftovers({ iam }: Pick<AwsClients, 'iam'>, names: LabNames): Promise<Leftover[]> {
  const found = await Promise.all([roles(iam, names), policies(iam, names), identityProviders(iam)]);
  return leftOf(found.flat(), names);
}

async function roles(client: IAMClient, { cluster }: LabNames): Promise<Tagged[]> {
  const all = await everyItem(paginateListRoles({ client }, {}), (page) => page.Roles);
  const own = all.filter(({ RoleName = '' }) => RoleName.startsWith(cluster));
  return present(own, async ({ RoleName, CreateDate }) => {
    const { Tags } = await client.send(new ListRoleTagsCommand({ RoleName }));
    return ofIam('IAM role', RoleName, Tags, CreateDate);
  });
}

async function policies(client: IAMClient, { cluster }: LabNames): Promise<Tagged[]> {
  const all = await everyItem(paginateListPolicies({ client }, { Scope: 'Local' }), (page) => page.Policies);
  const own = all.filter(({ PolicyName = '' }) => PolicyName.startsWith(cluster));
  return present(own, async ({ Arn, CreateDate }) => {
    const { Tags } = await client.send(new ListPolicyTagsCommand({ PolicyArn: Arn }));
    return ofIam('IAM policy', Arn, Tags, CreateDate);
  });
}

async function identityProviders(client: IAMClient): Promise<Tagged[]> {
  const { OpenIDConnectProviderList: all = [] } = await client.send(new ListOpenIDConnectProvidersCommand({}));
  return present(all, async ({ Arn }) => {
    const request = new ListOpenIDConnectProviderTagsCommand({ OpenIDConnectProviderArn: Arn });
    const { Tags } = await client.send(request);
    return ofIam('OIDC provider', Arn, Tags);
  });
}

function ofIam(kind: string, id: string | undefined, tags: Tag[] | undefined, since?: Date): Tagged {
  return tagged(kind, id, tagsOf(tags), since);
}

/** Without those that have gone since they were listed. */
async function present<Item>(items: Item[], look: (item: Item) => Promise<Tagged>): Promise<Tagged[]> {
  const found = await mapParallel(items, width, async (item) => {
    try {
      return await look(item);
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  });
  return found.filter((one) => one !== undefined);
}
