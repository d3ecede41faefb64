import { CreateSecretCommand, ResourceExistsException, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/**
 * Puts the secrets that the simulated provider has made into moto: what it is sent of their values it keeps nowhere, as the real one, so
 * they have others.
 */
export class MadeSecrets {
  readonly #client: SecretsManagerClient;
  readonly #made: () => Record<string, unknown>[];

  constructor(endpoint: string, made: () => Record<string, unknown>[]) {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    this.#client = new SecretsManagerClient({ region: 'us-west-2', endpoint, credentials });
    this.#made = made;
  }

  async put(): Promise<void> {
    for (const { name } of this.#made()) {
      const SecretString = JSON.stringify(fieldsOf(String(name)));
      await this.#client.send(new CreateSecretCommand({ Name: String(name), SecretString })).catch((error: unknown) => {
        if (!(error instanceof ResourceExistsException)) throw error;
      });
    }
  }

  close(): void {
    this.#client.destroy();
  }
}

/** As terraform/variables.tf has them. */
function fieldsOf(name: string): Record<string, string> {
  const password = `made${Date.now()}`;
  return name.endsWith('/grafana')
    ? { 'admin-user': 'admin', 'admin-password': password }
    : { username: 'otelu', password };
}
