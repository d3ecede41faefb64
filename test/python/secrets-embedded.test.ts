import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { Client, Connection } from '@temporalio/client';
import { execa } from 'execa';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { projectRoot } from '../../environments/root.ts';
import { rotateId, type RotateResult, secretSyncId, type SyncResult } from '../../workflows/secrets-contract.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { builtCommand, type CommandResult, EmbeddedLab } from '../support/lab.ts';
import { Moto } from '../support/aws/moto.ts';
import { accountClients } from '../support/aws/account.ts';
import { Front, jsonError } from '../support/aws/front.ts';

const cleanup = fileCleanup();
const canary = 'CANARY-c41d';
const prefix = 'incidentfox-embedded';
let front: Front;
let lab: EmbeddedLab;
let client: Client;

beforeAll(async () => {
  const moto = await Moto.up(cleanup);
  front = await Front.up(cleanup, moto.endpoint);
  const { secrets } = accountClients(front.endpoint, cleanup);
  for (const [key, fields] of [
    ['postgres', { username: 'otel', password: `${canary}-postgres` }],
    ['grafana', { username: 'admin', password: `${canary}-grafana` }],
  ] as const) {
    const SecretString = JSON.stringify(fields);
    await secrets.send(new CreateSecretCommand({ Name: `${prefix}/${key}`, SecretString }));
  }
  lab = await EmbeddedLab.withoutShop(cleanup, {
    env: { AWS_ENDPOINT_URL_SECRETS_MANAGER: front.endpoint },
  });
  const connection = await Connection.connect({ address: lab.at.temporal.address });
  cleanup(() => connection.close());
  client = new Client({ connection });
});

const run = (...args: string[]): Promise<CommandResult> => builtCommand('secrets', args, lab.env);

async function json<T>(...args: string[]): Promise<T> {
  const { stdout, stderr, exitCode } = await run(...args, '--json');
  expect({ stderr, exitCode }).toMatchObject({ exitCode: 0 });
  return JSON.parse(stdout) as T;
}

async function values(): Promise<Record<string, string>> {
  const { stdout } = await run('export', '--format', 'env', '--out', '-');
  return Object.fromEntries([...stdout.matchAll(/^(\w+)='(.*)'$/gm)].map(([, name = '', value = '']) => [name, value]));
}

/** Answers on a terminal, as util-linux's `script` makes one. */
async function onTerminal(typed: string, ...args: string[]): Promise<{ screen: string; exitCode: number | undefined }> {
  const command = [process.execPath, path.join(projectRoot, 'dist/bin/secrets.js'), ...args].join(' ');
  const options = { env: { NO_COLOR: '1', ...lab.env }, input: `${typed}\n`, reject: false } as const;
  const { stdout, exitCode } = await execa('script', ['-qec', command, '/dev/null'], options);
  return { screen: stdout, exitCode };
}

/** A workflow with an id of ours that waits until somebody ends it. */
async function occupy(workflowId: string, type: string): Promise<() => Promise<void>> {
  const options = { workflowId, taskQueue: 'nobody-works-here', args: [{}] };
  const handle = await client.workflow.start(type, options);
  return async () => void (await handle.terminate('the test is through'));
}

describe('sync', () => {
  it('reports each secret, of which nothing has to be told to a cluster', async () => {
    const { environment, secrets } = await json<SyncResult>('sync');
    expect(environment).toBe('embedded');
    expect(secrets).toEqual(
      ['grafana', 'postgres'].map((key) => {
        const at = { version: expect.any(String) as string, changedAt: expect.any(String) as string };
        return Object.assign(at, { key, refreshed: null, consumers: [] });
      }),
    );
  });

  it('prints a table for people, of those that are asked for', async () => {
    const { stdout, stderr, exitCode } = await run('sync', 'postgres');
    const [{ version = '' } = {}] = (await json<SyncResult>('sync', 'postgres')).secrets;
    expect(exitCode).toBe(0);
    const table = stripVTControlCharacters(stdout);
    expect(table).toMatch(/secret +│ version +│ age +│ refreshed +│ consumers/);
    expect(table).toMatch(new RegExp(`postgres │ ${version.slice(0, 8)} │ \\d+.* │ no cluster │ none`));
    expect(stdout).toMatch(/✔ 1 secret is in step$/);
    expect(stdout).not.toContain('grafana');
    expect(stderr).toContain('bringing postgres into step');
  });

  it('refuses a key that is not there', async () => {
    const { stderr, exitCode } = await run('sync', 'redis');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/✖ The embedded lab has no secret "redis"\. It has grafana, postgres\./);
  });

  it('is followed where one is under way, and left where it is only to be started', async () => {
    let hold = true;
    front.answer = (action) =>
      hold && action === 'ListSecrets' ? jsonError('ThrottlingException', 'slow') : undefined;
    const first = await json<{ id: string }>('sync', '--detach');
    expect(first).toEqual({ id: secretSyncId('embedded'), work: 'secretSync', environment: 'embedded' });
    const { runId } = await client.workflow.getHandle(first.id).describe();
    const file = path.join(projectRoot, 'dist/bin/secrets.js');
    const second = execa(process.execPath, [file, 'sync', 'postgres', '--json'], { env: lab.env });
    let told = '';
    second.stderr.on('data', (chunk: Buffer) => (told += String(chunk)));
    // it is told by the one that is under way where that is
    await vi.waitFor(() => expect(told).toContain('looking which secrets there are'), { timeout: 20_000 });
    hold = false;
    const { secrets } = JSON.parse((await second).stdout) as SyncResult;
    // both keys: it is the one that was asked for all
    expect(secrets.map(({ key }) => key)).toEqual(['grafana', 'postgres']);
    expect((await client.workflow.getHandle(first.id).describe()).runId).toBe(runId);
  });
});

describe('rotate', () => {
  it('wants a yes, and does nothing without', async () => {
    const before = await values();
    const nobody = await run('rotate', 'postgres');
    expect(nobody.exitCode).toBe(2);
    expect(nobody.stderr).toMatch(/✖ Nobody is there to confirm the rotation of postgres\. Give --yes\./);
    const no = await onTerminal('no', 'rotate', 'postgres');
    expect(no.screen).toContain('This gives postgres of embedded another password and restarts nothing. Type yes');
    expect(no).toMatchObject({ exitCode: 2, screen: expect.stringContaining('That is not yes. Nothing was changed.') });
    expect(await values()).toEqual(before);
  });

  it('gives the secrets another password, and the old one is the previous one', async () => {
    const before = await values();
    const [{ version: previous = '' } = {}] = (await json<SyncResult>('sync', 'postgres')).secrets;
    const { secrets } = await json<RotateResult>('rotate', 'postgres', '--yes');
    expect(secrets).toEqual([expect.objectContaining({ key: 'postgres', previous, provenAt: null, consumers: [] })]);
    const after = await values();
    expect(after['POSTGRES_PASSWORD']).toMatch(/^\w{32}$/);
    expect(after).toEqual({ ...before, POSTGRES_PASSWORD: after['POSTGRES_PASSWORD'] });
    expect((await json<SyncResult>('sync', 'postgres')).secrets[0]?.version).toBe(secrets[0]?.version);
  });

  it('goes on where a person says yes, and says that nothing proves it', async () => {
    const before = await values();
    const { screen, exitCode } = await onTerminal('yes', 'rotate');
    expect(exitCode).toBe(0);
    expect(screen).toContain('This gives every secret of embedded another password');
    expect(screen).toContain('✔ 2 secrets are rotated');
    expect(screen).toContain('postgres: no place is known where a login would prove it');
    const after = await values();
    for (const name of ['POSTGRES_PASSWORD', 'GRAFANA_PASSWORD']) expect(after[name]).not.toBe(before[name]);
  });

  it('is refused while one is under way, and while a sync is', async () => {
    const before = await values();
    for (const [id, type] of [
      [rotateId('embedded'), 'rotate'],
      ['secrets-embedded', 'secrets'],
    ] as const) {
      const release = await occupy(id, type);
      const { stdout, exitCode } = await run('rotate', '--yes', '--json');
      expect(exitCode).toBe(3);
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'secrets-busy' } });
      await release();
    }
    expect(await values()).toEqual(before);
  });

  it('leaves the old password where Secrets Manager denies the new one, and quotes neither', async () => {
    const before = await values();
    front.answer = (action) =>
      action === 'PutSecretValue' ? jsonError('AccessDeniedException', 'not authorized') : undefined;
    const { stdout, stderr, exitCode } = await run('rotate', 'postgres', '--yes', '--json', '--verbose');
    front.answer = () => undefined;
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'rotation-failed', message: /all is as it was/ } });
    for (const value of Object.values(before).filter((each) => each.length > 10)) {
      expect(stdout + stderr).not.toContain(value);
    }
    expect(await values()).toEqual(before);
  });
});

it('has no secret where only this process knows of a stand-in: the worker says so', async () => {
  const other = await EmbeddedLab.withoutShop(cleanup, { env: { AWS_ENDPOINT_URL_SECRETS_MANAGER: undefined } });
  const env = { ...other.env, AWS_ENDPOINT_URL_SECRETS_MANAGER: front.endpoint };
  for (const args of [['sync'], ['rotate', '--yes']]) {
    const { stdout, exitCode } = await builtCommand('secrets', [...args, '--json'], env);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'no-secrets', message: 'The embedded lab has no secrets' },
    });
  }
});

it('has left no value in any history, nor in any file of the lab', async () => {
  const now = Object.entries(await values()).filter(([name]) => name.endsWith('PASSWORD'));
  const hunted = [canary, ...now.map(([, value]) => value)];
  expect(hunted).toHaveLength(3);
  let histories = '';
  for await (const { workflowId, runId } of client.workflow.list()) {
    const { events = [] } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    // payloads are bytes: as text, what is in them can be found
    histories += JSON.stringify(events, (_key, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    );
  }
  expect(histories).toContain('secretSync');
  expect(histories).toContain('postgres');
  for (const value of hunted) expect(histories).not.toContain(value);
  const files = await readdir(lab.directory, { recursive: true, withFileTypes: true });
  const plain = files.filter((each) => each.isFile()).map((each) => path.join(each.parentPath, each.name));
  expect(plain.length).toBeGreaterThan(5);
  for (const file of plain) {
    const text = await readFile(file, 'latin1');
    expect(hunted.filter((value) => text.includes(value)).map(() => file)).toEqual([]);
  }
});
