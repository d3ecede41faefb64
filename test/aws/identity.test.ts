import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { awsClients } from '../../activities/aws/clients.ts';
import { requireTimeLeft, whoAmI } from '../../activities/aws/identity.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { region, useAccount } from './support/account.ts';
import { Moto } from '../support/moto.ts';

const cleanup = fileCleanup();
const moto = await Moto.up(cleanup);
const minute = 60_000;

beforeEach(() => useAccount(moto.endpoint));

const look = (profile: string | null = null) => whoAmI(awsClients({ region, profile }));
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * minute).toISOString();

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

describe('a step', () => {
  const now = Date.parse('2026-11-25T12:00:00Z');
  const expires = '2026-11-25T12:20:00.000Z';

  test('is refused where the credentials end before it would', () => {
    const refusal = () => requireTimeLeft({ expires }, 40 * minute, 'lab', now);
    expect(refusal).toThrow(`The AWS credentials end in 20m, at ${expires}; this step may take 40m`);
    expect(refusal).toThrow(
      expect.objectContaining({ code: 'aws-credentials', hint: expect.stringMatching(/--profile lab/) as string }),
    );
  });

  test('is refused where they have ended', () => {
    const refusal = () => requireTimeLeft({ expires }, minute, null, now + 30 * minute);
    expect(refusal).toThrow(`The AWS credentials have ended, at ${expires}; this step may take 1m`);
  });

  test('is let through where they last, or do not end', () => {
    expect(() => requireTimeLeft({ expires }, 20 * minute, null, now)).not.toThrow();
    expect(() => requireTimeLeft({ expires: null }, 24 * 60 * minute, null, now)).not.toThrow();
  });
});
