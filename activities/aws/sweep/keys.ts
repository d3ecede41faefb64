import { DescribeKeyCommand, type KMSClient, paginateListKeys, paginateListResourceTags } from '@aws-sdk/client-kms';
import { Problem } from '../../../workflows/problem.ts';
import { mapParallel } from '../../parallel.ts';
import type { AwsClients } from '../clients.ts';
import { isGone } from '../errors.ts';
import { everyItem } from '../pages.ts';
import { belongsTo, type LabNames, type Tags } from '../tags.ts';
import type { Leftover } from './leftover.ts';

const width = 4;

/** KMS keys; the soonest that AWS deletes one is a week after it was told to. */
export async function keyLeftovers({ kms }: Pick<AwsClients, 'kms'>, names: LabNames): Promise<Leftover[]> {
  const all = await everyItem(paginateListKeys({ client: kms }, {}), ({ Keys }) => Keys);
  const looks = await mapParallel(all, width, ({ KeyId = '' }) => look(kms, KeyId, names));
  const refusals = looks.filter((found) => found instanceof Problem);
  // a key's own policy may hide it; ours hide none from their account. Who may see no key at all has not looked
  if (refusals[0] && refusals.length === all.length) throw refusals[0];
  return looks.filter((found): found is Leftover => found !== null && !(found instanceof Problem));
}

async function look(kms: KMSClient, KeyId: string, names: LabNames): Promise<Leftover | Problem | null> {
  try {
    if (!belongsTo(await tagsOfKey(kms, KeyId), names)) return null;
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    const { CreationDate, KeyState, DeletionDate } = KeyMetadata ?? {};
    const ending =
      KeyState === 'PendingDeletion' ? `AWS deletes it on ${DeletionDate?.toISOString().slice(0, 10)}` : null;
    return { kind: 'KMS key', id: KeyId, since: CreationDate?.toISOString() ?? null, ending };
  } catch (error) {
    if (isGone(error)) return null;
    if (error instanceof Problem && error.code === 'aws-denied') return error;
    throw error;
  }
}

async function tagsOfKey(client: KMSClient, KeyId: string): Promise<Tags> {
  const tags = await everyItem(paginateListResourceTags({ client }, { KeyId }), (page) => page.Tags);
  return Object.fromEntries(tags.map(({ TagKey = '', TagValue = '' }) => [TagKey, TagValue]));
}
