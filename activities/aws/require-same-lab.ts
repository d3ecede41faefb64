import type { AwsEnvironment } from '../../environments/load.ts';
import { Problem } from '../../workflows/problem.ts';
import type { Terraform } from '../terraform/terraform.ts';
import type { Identity } from './identity.ts';

/**
 * Throws Problem `lab-mismatch` where the state is of another account, region, cluster or lab than the environment and the credentials
 * say: Terraform would go by the one, and what is looked for and proven beside it by the other.
 */
export async function requireSameLab(
  { region, cluster, lab }: Pick<AwsEnvironment['aws'], 'region' | 'cluster' | 'lab'>,
  { account }: Pick<Identity, 'account'>,
  terraform: Pick<Terraform, 'state' | 'outputs'>,
): Promise<void> {
  if ((await terraform.state()).resources === 0) return;
  const { account_id: ofAccount, region: ofRegion, cluster_name: ofCluster, tags } = await terraform.outputs();
  const ofLab = (tags as Record<string, string> | undefined)?.['Environment'];
  // of a lab that is half made some are not there yet
  const pairs: [what: string, inState: unknown, now: string][] = [
    ['account', ofAccount, account],
    ['region', ofRegion, region],
    ['cluster', ofCluster, cluster],
    ['lab', ofLab, lab],
  ];
  const other = pairs.find(([, inState, now]) => inState !== undefined && inState !== now);
  if (!other) return;
  const [what, inState, now] = other;
  throw new Problem(
    'lab-mismatch',
    `The state of Terraform is of ${what} ${String(inState)}, and this is ${what} ${now}`,
    'Go back to the credentials and the environment file that it was made with, or name a state of its own (aws.terraform.state).',
  );
}
