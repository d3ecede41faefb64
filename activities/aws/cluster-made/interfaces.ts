import { DeleteNetworkInterfaceCommand, paginateDescribeNetworkInterfaces } from '@aws-sdk/client-ec2';
import type { AwsClients } from '../clients.ts';
import { everyItem } from '../pages.ts';
import { isMadeBy, type LabNames, tagsOf } from '../tags.ts';
import type { Made } from './made.ts';

/** Network interfaces that the network plugin of a node has left: those in use go with their node. */
export async function madeInterfaces({ ec2: client }: Pick<AwsClients, 'ec2'>, names: LabNames): Promise<Made[]> {
  const Filters = [{ Name: 'status', Values: ['available'] }];
  const pages = paginateDescribeNetworkInterfaces({ client }, { Filters });
  return (await everyItem(pages, ({ NetworkInterfaces }) => NetworkInterfaces))
    .filter(({ TagSet }) => isMadeBy(tagsOf(TagSet), names))
    .map(({ NetworkInterfaceId: id = '' }) => ({
      kind: 'network interface',
      id,
      remove: () => client.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id })),
    }));
}
