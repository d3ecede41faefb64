import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { freeSecretNames } from '../../activities/aws/free-secret-names.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { accountClients } from '../support/aws/account.ts';
import { Front, json } from '../support/aws/front.ts';
import { Moto } from '../support/aws/moto.ts';

const cleanup = fileCleanup();
const moto = Moto.shared();
beforeAll(() => moto.reset());
const front = await Front.up(cleanup, moto.endpoint);
const clients = accountClients(front.endpoint, cleanup);
const { secrets } = clients;
const lab = { lab: 'lab', cluster: 'demo' };
const progress = { show: () => undefined, line: () => undefined };

beforeEach(async () => {
  front.answer = () => undefined;
  await moto.reset();
});

async function make(Name: string, environment: string, SecretString = 'old'): Promise<void> {
  const Tags = [
    { Key: 'Project', Value: 'incidentfox' },
    { Key: 'Environment', Value: environment },
  ];
  await secrets.send(new CreateSecretCommand({ Name, SecretString, Tags }));
}

const schedule = (SecretId: string) => secrets.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
const free = (...names: string[]) => freeSecretNames(clients, lab, names, progress, AbortSignal.timeout(30_000));
const valueOf = async (SecretId: string) => (await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString;

test('frees the names of secrets that are scheduled for deletion, so that they can be made anew', async () => {
  await make('demo/postgres', 'lab');
  await make('demo/redis', 'lab');
  await schedule('demo/postgres');
  await expect(make('demo/postgres', 'lab')).rejects.toThrow('demo/postgres');
  expect(await free('demo/postgres', 'demo/redis', 'demo/never-made')).toEqual(['demo/postgres']);
  await make('demo/postgres', 'lab', 'new');
  expect(await valueOf('demo/postgres')).toBe('new');
  expect(await valueOf('demo/redis')).toBe('old');
  expect(await free('demo/postgres', 'demo/redis')).toEqual([]);
});

test('waits until the name is free: AWS deletes it a little later', async () => {
  await make('demo/postgres', 'lab');
  await schedule('demo/postgres');
  const { ARN } = await secrets.send(new DescribeSecretCommand({ SecretId: 'demo/postgres' }));
  front.calls.length = 0;
  front.answer = (action) => {
    const isDeleted = front.calls.includes('DeleteSecret');
    const looks = front.calls.slice(front.calls.indexOf('DeleteSecret')).filter((each) => each === 'DescribeSecret');
    const isStillThere = action === 'DescribeSecret' && isDeleted && looks.length < 3;
    return isStillThere ? json({ ARN, Name: 'demo/postgres', DeletedDate: 1_700_000_000 }) : undefined;
  };
  expect(await free('demo/postgres')).toEqual(['demo/postgres']);
  expect(front.calls).toEqual(['DescribeSecret', 'DeleteSecret', 'DescribeSecret', 'DescribeSecret', 'DescribeSecret']);
});

test('deletes none where one of them is of another lab', async () => {
  await make('demo/postgres', 'lab');
  await make('demo/redis', 'other');
  await schedule('demo/postgres');
  await schedule('demo/redis');
  await expect(free('demo/postgres', 'demo/redis')).rejects.toMatchObject({ code: 'not-ours', message: /demo\/redis/ });
  await expect(secrets.send(new DescribeSecretCommand({ SecretId: 'demo/postgres' }))).resolves.toBeDefined();
});
