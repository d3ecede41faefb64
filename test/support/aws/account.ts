import path from 'node:path';
import { vi } from 'vitest';
import { type AwsClients, awsClients } from '../../../activities/aws/clients.ts';
import type { Cleanup } from '../flags.ts';

export const region = 'us-west-2';

/** This process's AWS account is what answers at `endpoint`, whatever the machine that the test runs on is set up for. */
export function useAccount(endpoint: string): void {
  const nowhere = path.join(import.meta.dirname, 'no-such-file');
  const variables = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'AKIDTEST',
    AWS_SECRET_ACCESS_KEY: 'not-a-real-secret-key',
    AWS_SESSION_TOKEN: '',
    AWS_CONFIG_FILE: nowhere,
    AWS_SHARED_CREDENTIALS_FILE: nowhere,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PROFILE: '',
    AWS_REGION: '',
    AWS_MAX_ATTEMPTS: '3',
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value === '' ? undefined : value);
}

/** Clients of that account, whose connections end with the test. */
export function accountClients(endpoint: string, cleanup: Cleanup): AwsClients {
  useAccount(endpoint);
  const clients = awsClients({ region, profile: null });
  cleanup(() => Promise.resolve(clients.close()));
  return clients;
}
