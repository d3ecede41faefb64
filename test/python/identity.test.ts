import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { awsClients } from '../../activities/aws/clients.ts';
import { whoAmI } from '../../activities/aws/identity.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { region, useAccount } from '../support/aws/account.ts';
import { Moto } from '../support/aws/moto.ts';

const moto = Moto.shared();
beforeAll(() => moto.reset());

beforeEach(() => useAccount(moto.endpoint));

const look = (profile: string | null = null) => whoAmI(awsClients({ region, profile }));
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

describe('who we are', () => {
  test('is told with the account', async () => {
    const identity = await look();
    expect(identity).toMatchObject({ account: '123456789012', expires: null });
    expect(identity.arn).toMatch(/^arn:aws:/);
  });

  test('and until when, where the credentials stay as they are', async () => {
    const expires = inMinutes(20);
    vi.stubEnv('AWS_SESSION_TOKEN', 'a-session-token');
    vi.stubEnv('AWS_CREDENTIAL_EXPIRATION', expires);
    expect(await look()).toMatchObject({ expires });
  });

  test('and for good, where their source gives new ones', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    const config = path.join(await temporaryDirectory(), 'config');
    const answer = JSON.stringify({
      Version: 1,
      AccessKeyId: 'AKIDOTHER',
      SecretAccessKey: 's',
      Expiration: inMinutes(20),
    });
    await writeFile(config, `[profile lab]\ncredential_process = echo '${answer}'\n`);
    vi.stubEnv('AWS_CONFIG_FILE', config);
    expect(await look('lab')).toMatchObject({ account: '123456789012', expires: null });
    await expect(look()).rejects.toMatchObject({ code: 'aws-credentials' });
  });
});
