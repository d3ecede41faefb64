import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Vault } from '../../activities/secrets/vault.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { Moto } from '../support/aws/moto.ts';
import { accountClients } from '../support/aws/account.ts';
import { Front, jsonError } from '../support/aws/front.ts';

const cleanup = fileCleanup();
const moto = Moto.shared();
beforeAll(() => moto.reset());
const front = await Front.up(cleanup, moto.endpoint);
const clients = accountClients(front.endpoint, cleanup);
const { secrets } = clients;
const vault = new Vault(clients, 'lab');
const SecretId = 'lab/postgres';
const canary = 'canary-of-the-old-password';

const make = async (value: unknown, Name = SecretId, Tags: { Key: string; Value: string }[] = []): Promise<string> => {
  const SecretString = typeof value === 'string' ? value : JSON.stringify(value);
  return (await secrets.send(new CreateSecretCommand({ Name, SecretString, Tags }))).VersionId ?? '';
};
const valueAt = async (VersionStage: string): Promise<Record<string, string>> => {
  const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId, VersionStage }));
  return JSON.parse(SecretString) as Record<string, string>;
};
/** Which version has which mark. */
async function marks(): Promise<Record<string, string>> {
  const { VersionIdsToStages = {} } = await secrets.send(new DescribeSecretCommand({ SecretId }));
  return Object.fromEntries(
    Object.entries(VersionIdsToStages).flatMap(([id, stages]) => stages.map((stage) => [stage, id])),
  );
}
const before = vi.fn<() => Promise<void>>(() => Promise.resolve());

beforeEach(async () => {
  front.answer = () => undefined;
  front.calls.length = 0;
  before.mockClear();
  await moto.reset();
});

describe('a version', () => {
  let old: string;
  beforeEach(async () => {
    old = await make({ username: 'shop', password: canary });
  });

  it('is proposed beside the current one, once, with letters and digits only', async () => {
    const id = randomUUID();
    expect(await vault.propose('postgres', id)).toBe(old);
    const { username, password } = await valueAt('AWSPENDING');
    expect(username).toBe('shop');
    expect(password).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(await vault.propose('postgres', id)).toBe(old);
    expect((await valueAt('AWSPENDING'))['password']).toBe(password);
    expect((await valueAt('AWSCURRENT'))['password']).toBe(canary);
  });

  it('is proposed once also where the answer was lost, and nobody knew of it', async () => {
    const id = randomUUID();
    await vault.propose('postgres', id);
    const { password } = await valueAt('AWSPENDING');
    let isFirst = true;
    front.answer = (action) => {
      if (action !== 'DescribeSecret' || !isFirst) return undefined;
      isFirst = false;
      const body = JSON.stringify({ Name: SecretId, VersionIdsToStages: { [old]: ['AWSCURRENT'] } });
      return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body };
    };
    const exists = jsonError('ResourceExistsException', 'You can’t use ClientRequestToken for another value');
    const ordinary = front.answer;
    front.answer = (action) => (action === 'PutSecretValue' ? exists : ordinary(action));
    expect(await vault.propose('postgres', id)).toBe(old);
    front.answer = () => undefined;
    expect((await valueAt('AWSPENDING'))['password']).toBe(password);
  });

  it('becomes the current one, the old one stays the previous, and it is back with nothing left of the new', async () => {
    const id = randomUUID();
    await vault.propose('postgres', id);
    await vault.promote('postgres', id, old, before);
    expect(await marks()).toEqual({ AWSCURRENT: id, AWSPREVIOUS: old });
    await vault.promote('postgres', id, old, before);
    expect(await marks()).toEqual({ AWSCURRENT: id, AWSPREVIOUS: old });
    expect(before).toHaveBeenCalledTimes(1);
    await vault.promote('postgres', old, id, before);
    await vault.drop('postgres', id);
    await vault.drop('postgres', id);
    const { AWSCURRENT, ...others } = await marks();
    expect([AWSCURRENT, Object.values(others).includes(id)]).toEqual([old, false]);
    expect((await vault.read('postgres')).fields['password']).toBe(canary);
  });

  it('that is dropped before it was anything is forgotten', async () => {
    const id = randomUUID();
    await vault.propose('postgres', id);
    await vault.drop('postgres', id);
    expect(await marks()).toEqual({ AWSCURRENT: old });
  });

  it('never takes the place of one that somebody else has made current', async () => {
    const id = randomUUID();
    await vault.propose('postgres', id);
    const theirs = JSON.stringify({ username: 'shop', password: 'theirs' });
    const { VersionId } = await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: theirs }));
    await expect(vault.promote('postgres', id, old, before)).rejects.toMatchObject({ code: 'secrets-busy' });
    expect((await marks())['AWSCURRENT']).toBe(VersionId);
    expect(before).not.toHaveBeenCalled();
  });

  it('is read by its id, with who logs in with it', async () => {
    const id = randomUUID();
    await vault.propose('postgres', id);
    expect(await vault.login('postgres', old)).toEqual({ user: 'shop', password: canary });
    expect((await vault.login('postgres', id)).password).toBe((await valueAt('AWSPENDING'))['password']);
    const { version, changedAt } = await vault.read('postgres');
    expect([version, Date.parse(changedAt) > 0]).toEqual([old, true]);
  });

  it('is forgotten where its secret is gone', async () => {
    await secrets.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
    await vault.drop('postgres', old);
    await secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
    await vault.drop('postgres', old);
    expect(front.calls).not.toContain('UpdateSecretVersionStage');
  });
});

describe('which field is the password', () => {
  const id = randomUUID();

  it('is told by its name, or by the tag PasswordField, also to who logs in', async () => {
    const first = await make({ 'admin-user': 'admin', 'admin-password': canary, password: 'another' }, SecretId, [
      { Key: 'PasswordField', Value: 'admin-password' },
    ]);
    await vault.propose('postgres', id);
    const pending = await valueAt('AWSPENDING');
    expect([pending['password'], pending['admin-password'] === canary]).toEqual(['another', false]);
    expect(await vault.login('postgres', first)).toEqual({ user: 'admin', password: canary });
  });

  it.each([
    ['two', { password: canary, 'admin-password': canary }],
    ['none', { username: 'shop', token: canary }],
  ])('cannot be told of %s', async (_how, value) => {
    await make(value);
    await expect(vault.propose('postgres', id)).rejects.toMatchObject({
      code: 'secret-invalid',
      hint: expect.stringContaining('PasswordField') as string,
    });
    expect(await marks()).not.toHaveProperty('AWSPENDING');
  });
});

/** All that a person, or a history, could come to see of an error. */
async function told(work: Promise<unknown>): Promise<{ code: unknown; text: string }> {
  const error = (await work.catch((thrown: unknown) => thrown)) as Error & { code?: unknown; hint?: string };
  const causes = (each: unknown): string => (each instanceof Error ? `${each.message} ${causes(each.cause)}` : '');
  return { code: error.code, text: `${causes(error)} ${error.hint}` };
}

describe('what is wrong has its own clear error, which quotes no value', () => {
  it.each([
    ['text', canary],
    ['a list', `["${canary}"]`],
    ['half an object', `{"password":"${canary}"`],
    ['no text in a field', `{"password":"${canary}","port":5432}`],
  ])('%s', async (_what, value) => {
    await make(value);
    const { code, text } = await told(vault.read('postgres'));
    expect(code).toBe('secret-invalid');
    expect(text).toContain(SecretId);
    expect(text).not.toContain(canary);
    expect(text).not.toContain('5432');
  });

  it('bytes', async () => {
    await secrets.send(new CreateSecretCommand({ Name: SecretId, SecretBinary: Buffer.from(canary) }));
    expect((await told(vault.read('postgres'))).code).toBe('secret-invalid');
  });

  it('missing', async () => {
    const { code, text } = await told(vault.read('postgres'));
    expect([code, text]).toEqual(['secret-missing', expect.stringContaining('npm run deploy')]);
    expect((await told(vault.propose('postgres', randomUUID()))).code).toBe('secret-missing');
  });

  it('scheduled for deletion', async () => {
    await make({ username: 'shop', password: canary });
    await secrets.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
    const { code, text } = await told(vault.read('postgres'));
    expect([code, text]).toEqual(['secret-deleted', expect.stringContaining('restore-secret')]);
    expect((await told(vault.propose('postgres', randomUUID()))).code).toBe('secret-deleted');
    expect(await vault.keys()).toEqual({ keys: [], scheduled: ['postgres'] });
  });

  it('denied', async () => {
    front.answer = () => jsonError('AccessDeniedException', 'no identity-based policy allows it');
    const { code, text } = await told(vault.read('postgres'));
    expect([code, text]).toEqual(['aws-denied', expect.stringContaining('secretsmanager:GetSecretValue')]);
  });

  it('throttled, after the last attempt; once it passes nobody hears of it', async () => {
    await make({ username: 'shop', password: canary });
    let left = 1;
    const throttled = jsonError('ThrottlingException', 'Rate exceeded');
    front.answer = () => ((left -= 1) >= 0 ? throttled : undefined);
    expect((await vault.read('postgres')).fields['username']).toBe('shop');
    front.answer = () => throttled;
    expect((await told(vault.read('postgres'))).code).toBe('aws-unreachable');
  });

  it('whatever AWS says of a request that it does not take', async () => {
    const id = await make({ username: 'shop', password: canary });
    const said = `1 validation error: Value '${canary}' at 'secretString' failed to satisfy constraint`;
    front.answer = (action) => (action === 'PutSecretValue' ? jsonError('InvalidParameterException', said) : undefined);
    const { text } = await told(vault.propose('postgres', randomUUID()));
    expect(text).toContain('InvalidParameterException');
    expect(text).not.toContain(canary);
    expect(await marks()).toEqual({ AWSCURRENT: id });
  });
});

it('lists the keys of one lab, however many there are, and of no other', async () => {
  const keys = Array.from({ length: 12 }, (_, index) => `key-${String(index).padStart(2, '0')}`);
  for (const key of keys) await make({ password: 'x' }, `lab/${key}`);
  await make({ password: 'x' }, 'lab-2/other');
  await make({ password: 'x' }, 'Lab/other');
  expect((await vault.keys()).keys).toEqual(keys);
});

it('the mark is moved by AWS only from where it is', async () => {
  const old = await make({ username: 'shop', password: canary });
  const id = randomUUID();
  await vault.propose('postgres', id);
  const move = { SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: id, RemoveFromVersionId: id };
  await expect(secrets.send(new UpdateSecretVersionStageCommand(move))).rejects.toThrow(/./);
  expect((await marks())['AWSCURRENT']).toBe(old);
});
