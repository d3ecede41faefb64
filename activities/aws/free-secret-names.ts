import { setTimeout as delay } from 'node:timers/promises';
import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  type DescribeSecretResponse,
} from '@aws-sdk/client-secrets-manager';
import { Problem } from '../../workflows/problem.ts';
import type { Progress } from '../lifecycle/step.ts';
import type { AwsClients } from './clients.ts';
import { isGone } from './errors.ts';
import { belongsTo, type LabNames, tagsOf } from './tags.ts';

type Secrets = AwsClients['secrets'];

const pause = 1_000;

/**
 * Frees the names of secrets that a teardown, or somebody by hand, has scheduled for deletion: as long as they are, none can be
 * made with their names. They are deleted at once and for good rather than restored: Terraform does not know them any more, and
 * would not take a restored one for its own; their end was decided already, and it makes new values. A secret that is not
 * scheduled is left alone, whatever its name. Answers the names that it freed. Throws Problem `not-ours` for one of another lab
 * or of nobody's, having deleted nothing.
 */
export async function freeSecretNames(
  { secrets }: Pick<AwsClients, 'secrets'>,
  lab: LabNames,
  names: readonly string[],
  progress: Progress,
  signal: AbortSignal,
): Promise<string[]> {
  const scheduled: string[] = [];
  for (const name of names) {
    const found = await describe(secrets, name);
    if (!found?.DeletedDate) continue;
    if (!belongsTo(tagsOf(found.Tags), lab)) {
      throw new Problem(
        'not-ours',
        `Secret ${name} is scheduled for deletion and was not made for lab ${lab.lab}; as long as it is, none can have its name`,
        'Delete it without recovery if nobody needs it, or give the lab another cluster name.',
      );
    }
    scheduled.push(name);
  }
  for (const name of scheduled) {
    progress.show({ detail: `freeing the name of secret ${name}, whose deletion was scheduled` });
    await end(secrets, name, signal);
  }
  return scheduled;
}

async function end(secrets: Secrets, name: string, signal: AbortSignal): Promise<void> {
  await secrets.send(new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true }));
  // AWS deletes it a little later
  while (await describe(secrets, name)) await delay(pause, undefined, { signal });
}

async function describe(client: Secrets, SecretId: string): Promise<DescribeSecretResponse | null> {
  try {
    return await client.send(new DescribeSecretCommand({ SecretId }));
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}
