import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it, vi } from 'vitest';
import { awaitCredentials } from '../../activities/aws/await-credentials.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { region, useAccount } from '../support/aws/account.ts';
import { Moto } from '../support/aws/moto.ts';

const cleanup = fileCleanup();

it('goes on once somebody has renewed the credentials in their file', async () => {
  const moto = await Moto.up(cleanup);
  useAccount(moto.endpoint);
  const file = path.join(await temporaryDirectory(), 'credentials');
  // a source of credentials that has nothing to give any more, as an SSO session that has ended
  await writeFile(file, '[lab]\ncredential_process = false\n');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file);
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
  const told: string[] = [];
  const progress = {
    show: ({ detail }: { detail?: string | null }) => void told.push(detail ?? ''),
    line: () => undefined,
  };
  const waiting = awaitCredentials({ region, profile: 'lab' }, progress, new AbortController().signal);
  await vi.waitFor(() => expect(told[0]).toMatch(/aws sso login --profile lab/), {
    timeout: 20_000,
  });
  await writeFile(file, '[lab]\naws_access_key_id = AKIDNEW\naws_secret_access_key = s\n');
  await waiting;
});
