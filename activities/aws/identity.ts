import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { formatDuration } from '../../workflows/duration.ts';
import { Problem } from '../../workflows/problem.ts';
import type { AwsClients } from './clients.ts';
import { renewalOf } from './settings.ts';

/** Whom AWS takes us for. */
export interface Identity {
  account: string;
  arn: string;
  /** when the credentials end for good; null where they do not, or where the SDK gets new ones of their source meanwhile */
  expires: string | null;
}

/** Throws Problem `aws-credentials` where there are none that AWS takes. */
export async function whoAmI({ sts }: Pick<AwsClients, 'sts'>): Promise<Identity> {
  const { Account = '', Arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
  const credentials = await sts.config.credentials();
  const { expiration } = credentials;
  const { $source: source = {} } = credentials as { $source?: object };
  // of the sources that tell an end only the process's variables stay as they are
  const isFixed = 'CREDENTIALS_ENV_VARS' in source;
  return { account: Account, arn: Arn, expires: isFixed && expiration ? expiration.toISOString() : null };
}

/**
 * Throws Problem `aws-credentials` where they end before a step that takes `needMs` milliseconds could: in the middle of it
 * AWS would refuse every call, and Terraform hang.
 */
export function requireTimeLeft(
  { expires }: Pick<Identity, 'expires'>,
  needMs: number,
  profile: string | null,
  now = Date.now(),
): void {
  if (expires === null) return;
  const left = Date.parse(expires) - now;
  if (left >= needMs) return;
  const state = left <= 0 ? `have ended, at ${expires}` : `end in ${formatDuration(left)}, at ${expires}`;
  const message = `The AWS credentials ${state}; this step may take ${formatDuration(needMs)}`;
  throw new Problem('aws-credentials', message, renewalOf(profile));
}
