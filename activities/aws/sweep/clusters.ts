import { DescribeClusterCommand } from '@aws-sdk/client-eks';
import type { AwsClients } from '../clients.ts';
import { isGone } from '../errors.ts';
import type { LabNames } from '../tags.ts';
import { leftOf, type Leftover, tagged } from './leftover.ts';

/** The EKS cluster of that name, unless its tags say that it is another lab's. */
export async function clusterLeftovers({ eks }: Pick<AwsClients, 'eks'>, names: LabNames): Promise<Leftover[]> {
  const { cluster: name } = names;
  try {
    const { cluster: { tags = {}, createdAt } = {} } = await eks.send(new DescribeClusterCommand({ name }));
    return leftOf([tagged('EKS cluster', name, { 'eks:cluster-name': name, ...tags }, createdAt)], names);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}
