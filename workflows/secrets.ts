import { type ApplicationFailure, CancellationScope, CancelledFailure, uuid4 } from '@temporalio/workflow';
import { summarized } from './activities.ts';
import { messageOf, permanent, typeOf } from './failures.ts';
import type { Caller } from './lifecycle-contract.ts';
import { preflightOptions } from './options.ts';
import { rollBack } from './roll-back-secret.ts';
import { Problem } from './problem.ts';
import { secretStep, syncAll } from './secret-steps.ts';
import type { RotatedSecret, RotateResult, SecretActivities, SecretWork, SyncResult } from './secrets-contract.ts';

interface Request {
  work: SecretWork;
  environment: string;
  tell: Caller;
  secrets?: string[];
}

const first = summarized<SecretActivities>(preflightOptions);

/** The child that does the work of `secretSync` and `rotate`; its id is the environment's, so there is one at a time. */
export async function secrets(request: Request): Promise<SyncResult | RotateResult> {
  try {
    return await work(request);
  } catch (error) {
    // a step whose worker dies while it is being cancelled ends with a timeout
    if (!isCancelled() || typeOf(error) === 'rotation-failed') throw error;
    throw new CancelledFailure('It was cancelled');
  }
}

async function work({ work: kind, environment, tell, secrets: wanted }: Request): Promise<SyncResult | RotateResult> {
  const asked = { tell, work: kind, ...(wanted ? { secrets: wanted } : {}) };
  const { keys } = await first('which secrets').chooseSecrets(asked);
  if (kind === 'secretSync') return { environment, secrets: await syncAll(tell, keys) };
  const rotated: RotatedSecret[] = [];
  // one is done before the next begins: whatever fails, at most one has to be taken back
  for (const key of keys) rotated.push(await rotateOne(tell, key));
  return { environment, secrets: rotated };
}

function isCancelled(): boolean {
  return CancellationScope.current().consideredCancelled;
}

/** From a version that everyone is proven to have to another, or back. */
async function rotateOne(tell: Caller, key: string): Promise<RotatedSecret> {
  const [before] = await syncAll(tell, [key]);
  const previous = before?.version ?? '';
  // what does not take the old password would take neither the new one nor the old one back
  await secretStep(`${key}: the old one is proven`).proveLogin({ tell, key, version: previous });
  const version = uuid4();
  // of what is to be taken back beside the proposal, there is nothing yet
  let current: string | undefined;
  try {
    const proposed = await secretStep(`another password for ${key}`).proposeVersion({ tell, key, version });
    if (proposed.current !== previous) throw overtaken(key);
    ({ current } = proposed);
    const told = await secretStep(`${key}: the database takes it`).changeLogin({
      tell,
      key,
      from: current,
      to: version,
    });
    // others learn it at their restart only
    if (told.changed) await secretStep(`${key}: it is proven`).proveLogin({ tell, key, version });
    await secretStep(`${key}: it becomes the current one`).promoteVersion({ tell, key, version, instead: current });
    const [synced] = await syncAll(tell, [key]);
    if (synced?.version !== version) throw overtaken(key);
    // a database that was made anew at its restart has taken it again
    const { provenAt } = await secretStep(`${key}: it still is`).proveLogin({ tell, key, version });
    return { ...synced, previous: current, provenAt };
  } catch (error) {
    // what is cancelled later only, has failed
    const reason = isCancelled() ? null : messageOf(error);
    const trouble = await CancellationScope.nonCancellable(() => rollBack(tell, key, version, current));
    if (reason === null && trouble === null) throw error;
    throw failed(key, reason ?? 'it was cancelled', trouble);
  }
}

function failed(key: string, reason: string, trouble: string | null): ApplicationFailure {
  const after = trouble === null ? 'all is as it was' : `it could not be put back to what it was (${trouble})`;
  const hint = trouble === null ? 'Mend what it names, then rotate again.' : 'Mend that, then: npm run secrets -- sync';
  return permanent(new Problem('rotation-failed', `${key} was not rotated, and ${after}: ${reason}`, hint));
}

function overtaken(key: string): ApplicationFailure {
  const found = `Somebody else has made another version of ${key} the current one meanwhile`;
  return permanent(new Problem('secrets-busy', found, 'See that nothing else rotates it, then run it again.'));
}
