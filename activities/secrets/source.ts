import { z } from 'zod';
import { type ClusterEnvironment, isAws } from '../../environments/load.ts';
import { noSecrets, secretPlaceOf } from '../../environments/secrets.ts';
import { Problem } from '../../workflows/problem.ts';

/** What is brought into the cluster: names in Secrets Manager by key, and the role that may read them. */
export interface SecretSource {
  region: string;
  role: string;
  secrets: Record<string, string>;
}

const outputs = z.object({
  external_secrets_role_arn: z.string(),
  secrets: z.record(z.string(), z.object({ name: z.string() })),
});

/** As the environment names it, or as Terraform made it. Throws Problem `no-secrets`. */
export async function secretSourceOf(environment: ClusterEnvironment): Promise<SecretSource> {
  const place = secretPlaceOf(environment);
  if (place === null) throw noSecrets(environment.name);
  const { region, prefix } = place;
  const source = environment.secrets?.source;
  if (source) {
    const { keys, role } = source;
    return { region, role, secrets: Object.fromEntries(keys.map((key) => [key, `${prefix}/${key}`])) };
  }
  if (!isAws(environment)) throw noSecrets(environment.name);
  const { labTerraform } = await import('../aws/lab-terraform.ts');
  const made = outputs.safeParse(await labTerraform(environment).outputs());
  if (!made.success) {
    const hint = 'They come with an apply: npm run deploy.';
    throw new Problem('state-broken', "Terraform's state has no outputs secrets and external_secrets_role_arn", hint);
  }
  const { secrets, external_secrets_role_arn: role } = made.data;
  return { region, role, secrets: Object.fromEntries(Object.entries(secrets).map(([key, { name }]) => [key, name])) };
}
