import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '../../workflows/problem.ts';
import type { Progress } from '../lifecycle/step.ts';
import { awsClients } from './clients.ts';
import { whoAmI } from './identity.ts';
import { requireTime } from './require-time.ts';
import type { AwsPlace } from './settings.ts';

const lookEvery = 5_000;

/** Waits until AWS takes the credentials, and they last for an apply, telling meanwhile what to do. Somebody renews them where they come from. */
export async function awaitCredentials(place: AwsPlace, progress: Progress, signal: AbortSignal): Promise<void> {
  for (;;) {
    // anew: clients keep the credentials that they once had
    const clients = awsClients(place);
    try {
      requireTime('deploy', await whoAmI(clients), place.profile);
      return;
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'aws-credentials') throw error;
      progress.show({ detail: `${error.message}. ${error.hint}` });
    } finally {
      clients.close();
    }
    await delay(lookEvery, undefined, { signal });
  }
}
