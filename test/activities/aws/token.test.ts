import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { eksToken } from '../../../activities/aws/token.ts';
import { run } from '../../../activities/command.ts';
import { projectRoot } from '../../../environments/root.ts';
import { temporaryDirectory } from '../../support/flags.ts';
import { region, useAccount } from '../../support/aws/account.ts';

// a token is made without a call: nothing listens there
beforeEach(() => useAccount('http://127.0.0.1:9'));

describe('a token', () => {
  const at = new Date('2026-11-25T12:00:00Z');
  const make = (place = region) => eksToken('demo', { region: place, profile: null }, at);

  test('is a request to STS to say who we are, for one cluster', async () => {
    const { token, expires } = await make();
    expect(expires).toBe('2026-11-25T12:14:00.000Z');
    const { protocol, host, pathname, searchParams } = urlIn(token);
    expect({ protocol, host, pathname }).toEqual({
      protocol: 'https:',
      host: 'sts.us-west-2.amazonaws.com',
      pathname: '/',
    });
    expect(Object.fromEntries(searchParams)).toMatchObject({
      Action: 'GetCallerIdentity',
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'AKIDTEST/20261125/us-west-2/sts/aws4_request',
      'X-Amz-Date': '20261125T120000Z',
      'X-Amz-Expires': '60',
      'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
    });
    expect(token).toMatch(/^k8s-aws-v1\.[\w-]+$/);
    expect(urlIn((await make('cn-north-1')).token).host).toBe('sts.cn-north-1.amazonaws.com.cn');
  });

  test('is printed as kubectl wants it, and nothing else is', async () => {
    const { stdout, stderr } = await printed(['--cluster', 'demo', '--region', region]);
    expect(stderr).toBe('');
    const { apiVersion, kind, status } = JSON.parse(stdout) as Record<string, Record<string, string>>;
    expect({ apiVersion, kind }).toEqual({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential' });
    expect(status?.['token']).toMatch(/^k8s-aws-v1\./);
    const minutes = (Date.parse(status?.['expirationTimestamp'] ?? '') - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(13);
    expect(minutes).toBeLessThan(15);
  });

  test('is of the profile that was named, without a word about other credentials', async () => {
    const config = path.join(await temporaryDirectory(), 'config');
    await writeFile(config, '[profile lab]\naws_access_key_id = AKIDLAB\naws_secret_access_key = s\n');
    vi.stubEnv('AWS_CONFIG_FILE', config);
    const { stdout, stderr } = await printed(['--cluster', 'demo', '--region', region, '--profile', 'lab']);
    expect(stderr).toBe('');
    const { status } = JSON.parse(stdout) as { status: { token: string } };
    expect(urlIn(status.token).searchParams.get('X-Amz-Credential')).toMatch(/^AKIDLAB\//);
  });

  test('that cannot be made says how to renew the credentials', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    const failure = await printed(['--cluster', 'demo', '--region', region]).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringContaining('aws sso login') as string,
    });
    const usage = await printed(['--cluster', 'demo']).catch((error: unknown) => error);
    expect(usage).toMatchObject({ exitCode: 2, stdout: '' });
  });
});

function urlIn(token: string): URL {
  return new URL(Buffer.from(token.replace('k8s-aws-v1.', ''), 'base64url').toString());
}

function printed(args: string[]) {
  return run(process.execPath, [path.join(projectRoot, 'dist/bin/eks-token.js'), ...args]);
}
