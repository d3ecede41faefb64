import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '../../workflows/problem.ts';
import type { Progress } from '../lifecycle/step.ts';
import type { AwsClients } from './clients.ts';
import { whoAmI } from './identity.ts';

const lookEvery = 5_000;

/** Waits until AWS takes the credentials, telling meanwhile what to do. Somebody renews them where they come from. */
export async function awaitCredentials(
  clients: Pick<AwsClients, 'sts' | 'profile'>,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      await whoAmI(clients);
      return;
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'aws-credentials') throw error;
      progress.show({ detail: `${error.message}. ${error.hint}` });
    }
    await delay(lookEvery, undefined, { signal });
  }
}
