import { paginateListSecrets } from '@aws-sdk/client-secrets-manager';
import type { AwsClients } from '../clients.ts';
import { everyItem } from '../pages.ts';
import { belongsTo, type LabNames, tagsOf } from '../tags.ts';
import type { Leftover } from './leftover.ts';

/** Secrets; one whose deletion is scheduled costs nothing, and AWS ends it. */
export async function secretLeftovers({ secrets }: Pick<AwsClients, 'secrets'>, names: LabNames): Promise<Leftover[]> {
  const pages = paginateListSecrets({ client: secrets }, { IncludePlannedDeletion: true });
  return (await everyItem(pages, ({ SecretList }) => SecretList))
    .filter(({ Tags }) => belongsTo(tagsOf(Tags), names))
    .map(({ Name = '', CreatedDate, DeletedDate }) => ({
      kind: 'secret',
      id: Name,
      since: CreatedDate?.toISOString() ?? null,
      ending: DeletedDate ? 'its deletion is scheduled' : null,
    }));
}
