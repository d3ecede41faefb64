import { DeleteVolumeCommand, paginateDescribeVolumes } from '@aws-sdk/client-ec2';
import type { AwsClients } from '../clients.ts';
import { everyItem } from '../pages.ts';
import { isMadeBy, type LabNames, type Tags, tagsOf } from '../tags.ts';
import type { Made } from './made.ts';

const isFree = new Set<string | undefined>(['available', 'error']);

/** Volumes of claims; not the nodes' own disks, which carry the cluster's tag as well. One that is in use is waited for. */
export async function madeVolumes({ ec2: client }: Pick<AwsClients, 'ec2'>, names: LabNames): Promise<Made[]> {
  const volumes = await everyItem(paginateDescribeVolumes({ client, pageSize: 200 }, {}), ({ Volumes }) => Volumes);
  return volumes
    .filter(({ Tags }) => isOfClaim(tagsOf(Tags), names))
    .map(({ VolumeId: id = '', State }) => ({
      kind: 'volume',
      id,
      remove: isFree.has(State) ? () => client.send(new DeleteVolumeCommand({ VolumeId: id })) : null,
    }));
}

function isOfClaim(tags: Tags, names: LabNames): boolean {
  const isOfDriver = tags['ebs.csi.aws.com/cluster'] === 'true' || 'CSIVolumeName' in tags;
  return isOfDriver && isMadeBy(tags, names);
}
