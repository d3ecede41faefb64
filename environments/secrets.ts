import { type Environment, isAws, isCluster, type SecretPlace } from './load.ts';
import { Problem } from '../workflows/problem.ts';

/** Where an environment's secrets are in Secrets Manager; null where it has none. */
export function secretPlaceOf(environment: Environment, env: NodeJS.ProcessEnv = process.env): SecretPlace | null {
  if (!isCluster(environment)) {
    // the real Secrets Manager is never asked for a lab on this machine
    return env['AWS_ENDPOINT_URL_SECRETS_MANAGER'] ? environment.secrets : null;
  }
  const { secrets } = environment;
  if (secrets === null) return null;
  if (secrets.source !== null) {
    const { region, profile, prefix } = secrets.source;
    return { region, profile, prefix };
  }
  if (!isAws(environment)) return null;
  const { region, profile, cluster } = environment.aws;
  return { region, profile, prefix: cluster };
}

/** What is said of a lab that has none. */
export function noSecrets(environment: string): Problem {
  return environment === 'embedded'
    ? new Problem(
        'no-secrets',
        'The embedded lab has no secrets',
        'Where AWS_ENDPOINT_URL_SECRETS_MANAGER names a stand-in for Secrets Manager when the lab comes up, it has those.',
      )
    : new Problem(
        'no-secrets',
        `The ${environment} lab has no secrets`,
        'Set secrets in its environment file, as environments/aws.yaml does: docs/secrets.md.',
      );
}
