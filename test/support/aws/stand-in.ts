import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Cleanup } from '../flags.ts';
import { Moto } from './moto.ts';

/** A stand-in for Secrets Manager, and the variables by which a process finds it. */
export class SecretsStandIn {
  readonly endpoint: string;
  readonly client: SecretsManagerClient;

  private constructor(endpoint: string) {
    this.endpoint = endpoint;
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    this.client = new SecretsManagerClient({ region: 'us-west-2', endpoint, credentials });
  }

  static async up(cleanup: Cleanup): Promise<SecretsStandIn> {
    const { endpoint } = await Moto.up(cleanup);
    const standIn = new SecretsStandIn(endpoint);
    cleanup(() => Promise.resolve(standIn.client.destroy()));
    return standIn;
  }

  /** For processes; `endpoint`: of a server before it. */
  env(endpoint = this.endpoint): NodeJS.ProcessEnv {
    return {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  /** Answers the id of its first version. */
  async make(name: string, value: object | string): Promise<string> {
    const SecretString = typeof value === 'string' ? value : JSON.stringify(value);
    const made = await this.client.send(new CreateSecretCommand({ Name: name, SecretString }));
    return made.VersionId ?? '';
  }
}
