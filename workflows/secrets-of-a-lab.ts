import { summarized } from './activities.ts';
import { permanent } from './failures.ts';
import { preflightOptions } from './options.ts';
import { Problem, shown } from './problem.ts';
import { runAlone } from './run-alone.ts';
import {
  type RotateResult,
  type SecretActivities,
  secretsId,
  type SecretsRequest,
  secretTypes,
  type SecretWork,
  type SyncResult,
} from './secrets-contract.ts';

const first = summarized<SecretActivities>(preflightOptions);

/**
 * Brings the lab's secrets into step with Secrets Manager, and restarts what holds an older version. Refused (`secrets-busy`) while
 * another of these is under way.
 */
export async function secretSync(request?: unknown): Promise<SyncResult> {
  return await alone('secretSync', request);
}

/** Gives secrets another password, one after the other; what cannot be proven is rolled back, and fails with `rotation-failed`. */
export async function rotate(request?: unknown): Promise<RotateResult> {
  return await alone('rotate', request);
}

async function alone<Result>(work: SecretWork, request: unknown): Promise<Result> {
  const { secrets } = requestIn(work, request);
  return await runAlone({
    work,
    name: () => first('which environment').nameSecretLab(),
    type: secretTypes.child,
    idOf: secretsId,
    request: ({ environment }, tell) => ({ work, environment, tell, ...(secrets ? { secrets } : {}) }),
    busy: (environment) =>
      new Problem(
        'secrets-busy',
        `The secrets of ${environment} are being synced or rotated`,
        `Follow it in the Web UI (workflow ${secretsId(environment)}), and start again when it is over or was cancelled.`,
      ),
  });
}

/** Throws Problem `bad-input` as a failure. */
function requestIn(work: SecretWork, request: unknown): SecretsRequest {
  const { secrets } = (request ?? {}) as { secrets?: unknown };
  if (secrets === undefined) return {};
  const isList = Array.isArray(secrets) && secrets.length > 0;
  if (isList && secrets.every((each) => typeof each === 'string' && each !== ''))
    return { secrets: secrets as string[] };
  const hint = 'It takes {"secrets": ["postgres"]}, or nothing for all of them.';
  throw permanent(new Problem('bad-input', `The input of ${work} is ${shown(request)}`, hint));
}
