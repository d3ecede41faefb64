import { ApplicationFailure } from '@temporalio/activity';
import { noSecrets } from '../../environments/secrets.ts';
import type { SecretActivities } from '../../workflows/secrets-contract.ts';

/** Of a lab without secrets: `secretSync` and `rotate` end with the first of their activities. */
export function refusedSecrets(environment: string): Pick<SecretActivities, 'nameSecretLab'> {
  const { failure } = noSecrets(environment);
  return { nameSecretLab: () => Promise.reject(ApplicationFailure.create({ ...failure, nonRetryable: true })) };
}
