import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CreateSecretCommand, DeleteSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { execa } from 'execa';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { projectRoot } from '../../environments/root.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { builtCommand, type CommandResult } from '../support/lab.ts';
import { Moto } from '../support/aws/moto.ts';
import { accountClients } from '../support/aws/account.ts';
import { environmentFile } from './support/environment.ts';
import { Front, jsonError } from '../support/aws/front.ts';

const cleanup = fileCleanup();
const moto = Moto.shared();
beforeAll(() => moto.reset());
const front = await Front.up(cleanup, moto.endpoint);
const { secrets } = accountClients(front.endpoint, cleanup);
const configuration = await temporaryDirectory(cleanup);
const environment = environmentFile(configuration, 'demo');
const bin = path.join(projectRoot, 'dist/bin/secrets.js');
const canary = 'CANARY-7f3a';

let directory: string;
let out: string;

beforeEach(async () => {
  directory = await temporaryDirectory();
  out = path.join(directory, 'out');
  front.answer = () => undefined;
  await moto.reset();
  front.calls.length = 0;
});

const make = (Name: string, SecretString: string) => secrets.send(new CreateSecretCommand({ Name, SecretString }));
const login = (password: string): string => JSON.stringify({ username: 'otel', password });
/** Whatever it leaves anywhere is in the test's directory. */
const surroundings = (): NodeJS.ProcessEnv => ({ TMPDIR: directory, HOME: directory, INCIDENTFOX_LAB: directory });
const given = (format: string, to: string, ...args: string[]): string[] =>
  ['export', '--environment', environment, '--format', format, '--out', to].concat(args);
const run = (format: string, to = out, ...args: string[]): Promise<CommandResult> =>
  builtCommand('secrets', given(format, to, ...args), surroundings());

/** Runs it on a terminal, as util-linux's `script` makes one; answers what is on its screen. */
async function onTerminal(args: string[]): Promise<{ screen: string; exitCode: number | undefined }> {
  const command = [process.execPath, bin, ...args].join(' ');
  const { stdout, exitCode } = await execa('script', ['-qec', command, '/dev/null'], {
    env: { NO_COLOR: '1', ...surroundings() },
    reject: false,
  });
  return { screen: stdout, exitCode };
}

/** Runs it for somebody who is not root, and to whom permissions mean something. */
async function asNobody(to: string): Promise<CommandResult> {
  const isRoot = process.getuid?.() === 0;
  const { stdout, stderr, exitCode } = await execa(process.execPath, [bin, ...given('env', to)], {
    env: { NO_COLOR: '1', ...surroundings() },
    reject: false,
    ...(isRoot ? { uid: 65_534, gid: 65_534 } : {}),
  });
  return { stdout, stderr, exitCode: exitCode ?? -1 };
}

async function requireNothingLeft(): Promise<void> {
  expect(await readdir(directory)).toEqual([]);
}

describe('an export', () => {
  it('writes every secret of the lab, and no other, for its owner alone', async () => {
    await make('demo/postgres', login(canary));
    await make('demo/plain', 'no json');
    await make('demo2/other', login('other'));
    await make('Demo/upper', login('upper'));
    const { stdout, stderr, exitCode } = await run('env');
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout).toMatch(/^✔ 2 secrets are in .*out, for you alone: demo\/plain, demo\/postgres\n/);
    expect(stdout).toContain(`set -a; . ${out}; set +a`);
    const expected = `PLAIN_PASSWORD='no json'\nPOSTGRES_USERNAME='otel'\nPOSTGRES_PASSWORD='${canary}'\n`;
    expect(await readFile(out, 'utf8')).toBe(expected);
    expect((await stat(out)).mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).toEqual(['out']);
  });

  it('writes what 1Password takes, and says how to give it', async () => {
    await make('demo/postgres', login(canary));
    const json = await run('1password-json', path.join(directory, "it's json"));
    expect(json.stdout).toContain(`op item create -; done < '${directory}/it'\\''s json'`);
    const item = JSON.parse(await readFile(path.join(directory, "it's json"), 'utf8')) as { fields: object[] };
    expect(item).toMatchObject({ title: 'demo/postgres', category: 'LOGIN' });
    expect(item.fields[1]).toMatchObject({ id: 'password', value: canary });
    expect((await run('1password-csv')).exitCode).toBe(0);
    expect(await readFile(out, 'utf8')).toMatch(
      /^Title,Website,Username,Password,Notes\r\ndemo\/postgres,https:.*,otel,CANARY-7f3a,/,
    );
  });

  it('takes the current version, and reads every page', async () => {
    const names = Array.from({ length: 120 }, (_, index) => `demo/s${String(index).padStart(3, '0')}`);
    for (const name of names) await make(name, login('old'));
    const put = { SecretId: 'demo/s000', SecretString: login('new') };
    await secrets.send(new PutSecretValueCommand(put));
    await secrets.send(
      new PutSecretValueCommand({ ...put, SecretString: login('pending'), VersionStages: ['AWSPENDING'] }),
    );
    front.calls.length = 0;
    const { stdout } = await run('env', out, '--json');
    const told = { environment: 'aws', format: 'env', file: out, count: 120, secrets: names, leftOut: [] };
    expect(JSON.parse(stdout)).toEqual(told);
    expect(front.calls.filter((call) => call === 'ListSecrets').length).toBeGreaterThan(1);
    const text = await readFile(out, 'utf8');
    expect(text).toContain("S000_PASSWORD='new'\n");
    expect(text.match(/_PASSWORD='old'/g)).toHaveLength(119);
  });

  it('leaves out those whose deletion is scheduled, and says so', async () => {
    await make('demo/postgres', login('kept'));
    await make('demo/redis', login(canary));
    await secrets.send(new DeleteSecretCommand({ SecretId: 'demo/redis', RecoveryWindowInDays: 7 }));
    const { stdout, stderr } = await run('env', out, '--json');
    expect(stderr).toBe('! left out: demo/redis, whose deletion is scheduled');
    expect(JSON.parse(stdout)).toMatchObject({ secrets: ['demo/postgres'], leftOut: ['demo/redis'] });
    expect(await readFile(out, 'utf8')).not.toContain(canary);
  });

  it('goes into a pipe, also into one that is closed early', async () => {
    await make('demo/postgres', login(canary));
    const { stdout, stderr, exitCode } = await run('env', '-');
    expect({ stdout, stderr, exitCode }).toEqual({
      stdout: `POSTGRES_USERNAME='otel'\nPOSTGRES_PASSWORD='${canary}'`,
      stderr: '',
      exitCode: 0,
    });
    const pipe = `{ '${process.execPath}' '${bin}' ${given('env', '-', '--verbose').join(' ')}; echo "exit $?" >&2; } | exec true`;
    const closed = await execa('/bin/sh', ['-c', pipe], { env: { NO_COLOR: '1', ...surroundings() } });
    expect(closed.stderr).toMatch(/could not be printed: EPIPE[\s\S]*exit 3$/);
    expect(closed.stderr).not.toContain(canary);
    await requireNothingLeft();
  });
});

describe('an export is refused', () => {
  beforeEach(async () => void (await make('demo/postgres', login(canary))));

  it('on a terminal, unless told', async () => {
    const { screen, exitCode } = await onTerminal(given('env', '-'));
    expect(screen).toMatch(/^✖ Secrets would be shown on this terminal/);
    expect(screen).not.toContain(canary);
    expect(exitCode).toBe(3);
    expect(front.calls).not.toContain('GetSecretValue');
    expect((await onTerminal(given('env', '-', '--force'))).screen).toContain(`POSTGRES_PASSWORD='${canary}'`);
  });

  it('over a file, and in a git work tree, unless told', async () => {
    await writeFile(out, 'mine');
    const tree = path.join(directory, 'tree');
    await execa('git', ['init', '-q', tree]);
    for (const file of [out, path.join(tree, 'secrets.env')]) {
      const { stderr, exitCode } = await run('env', file);
      expect({ stderr, exitCode }).toEqual({ stderr: expect.stringMatching(/^✖ .*--force/), exitCode: 3 });
    }
    expect(await readFile(out, 'utf8')).toBe('mine');
    expect(front.calls).not.toContain('GetSecretValue');
    for (const file of [out, path.join(tree, 'secrets.env')]) {
      expect((await run('env', file, '--force')).exitCode).toBe(0);
      expect(await readFile(file, 'utf8')).toContain(canary);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    }
  });

  it('where one may not write, in one line', async () => {
    const locked = path.join(directory, 'locked');
    for (const open of [configuration, directory]) await chmod(open, 0o755);
    await mkdir(locked);
    await chmod(locked, 0o555);
    const { stderr, exitCode } = await asNobody(path.join(locked, 'out'));
    expect({ stderr, exitCode }).toEqual({
      stderr: expect.stringMatching(/^✖ .*you may not write there/),
      exitCode: 3,
    });
    expect(stderr.trim()).not.toContain('\n');
  });

  it('where the file does not become whole, and leaves nothing of it', async () => {
    const limited = ['--fsize=40', process.execPath, bin, ...given('env', out)];
    const { stderr, exitCode } = await execa('prlimit', limited, {
      env: { NO_COLOR: '1', ...surroundings() },
      reject: false,
    });
    expect({ stderr, exitCode }).toEqual({
      stderr: expect.stringMatching(/files may not become that large/),
      exitCode: 3,
    });
    await requireNothingLeft();
  });
});

describe('an export fails clearly, quoting no value and leaving nothing', () => {
  const notAuthorized =
    'User: me is not authorized to perform: secretsmanager:GetSecretValue on resource: demo/postgres';
  const marked = "You can't perform this operation on the secret because it was marked for deletion.";
  it.each([
    ['denied', jsonError('AccessDeniedException', notAuthorized), 'aws-denied', 'secretsmanager:GetSecretValue'],
    ['throttled', jsonError('ThrottlingException', 'Rate exceeded'), 'aws-unreachable', 'throttles'],
    ['away', jsonError('InternalServiceError', 'no', 500), 'aws-unreachable', 'cannot be reached'],
    ['deleted meanwhile', jsonError('InvalidRequestException', marked), 'secret-deleted', 'demo/redis'],
    ['missing', jsonError('ResourceNotFoundException', 'no such secret'), 'secret-missing', 'demo/redis'],
    ['answered strangely', jsonError('ValidationException', `not this: ${canary}`), 'internal', 'demo/redis'],
  ])('where it is %s', async (_case, answer, code, named) => {
    await make('demo/postgres', login(canary));
    await make('demo/redis', login(canary));
    // the first one is read: its value is in the process
    front.answer = (action) =>
      action === 'GetSecretValue' && front.calls.filter((call) => call === action).length > 1 ? answer : undefined;
    const { stdout, stderr, exitCode } = await run('env', out, '--json', '--verbose');
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
    expect(error).toMatchObject({ code, message: expect.stringContaining(named) });
    expect(exitCode).toBe(1);
    expect(stdout + stderr).not.toContain(canary);
    await requireNothingLeft();
  });

  it('where they may not be listed', async () => {
    front.answer = (action) => (action === 'ListSecrets' ? jsonError('AccessDeniedException', 'no') : undefined);
    const { stdout } = await run('env', out, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'aws-denied' } });
  });

  it('where one holds bytes', async () => {
    await secrets.send(new CreateSecretCommand({ Name: 'demo/bytes', SecretBinary: Buffer.from(canary) }));
    const { stdout } = await run('env', out, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'secret-invalid', message: /demo\/bytes/ } });
    expect(stdout).not.toContain(canary);
  });

  it('where a variable cannot hold it', async () => {
    await make('demo/postgres', login(`${canary}'"`));
    const { stdout, stderr, exitCode } = await run('env', out, '--json', '--verbose');
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'export-refused', message: /POSTGRES_PASSWORD/ } });
    expect(exitCode).toBe(3);
    expect(stdout + stderr).not.toContain(canary);
    await requireNothingLeft();
  });

  it('where there is none', async () => {
    const { stderr, exitCode } = await run('env');
    expect({ stderr, exitCode }).toEqual({ stderr: expect.stringMatching(/no secret named demo\/…/), exitCode: 2 });
  });

  it('but not where AWS throttles it for a moment', async () => {
    await make('demo/postgres', login(canary));
    front.answer = (action) =>
      action === 'GetSecretValue' && front.calls.filter((call) => call === action).length === 1
        ? jsonError('ThrottlingException', 'Rate exceeded')
        : undefined;
    expect((await run('env')).exitCode).toBe(0);
  });
});

/** Arguments and variables of every process that runs here. */
function processes(): string {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) =>
      ['cmdline', 'environ'].map((what) => {
        try {
          return readFileSync(`/proc/${pid}/${what}`, 'utf8');
        } catch {
          // it has ended
          return '';
        }
      }),
    )
    .join('\n');
}

it.each(['env', '1password-json', '1password-csv'])(
  'shows no value of %s to anybody but in its file',
  async (format) => {
    for (const name of ['a', 'b', 'c']) await make(`demo/${name}`, login(`${canary}-${name}`));
    const seen: string[] = [];
    front.answer = (action) => {
      if (action === 'GetSecretValue') seen.push(processes());
      return undefined;
    };
    for (const args of [['--verbose'], ['--verbose', '--json']]) {
      const { stdout, stderr, exitCode } = await run(format, path.join(directory, `out${args.length}`), ...args);
      expect(exitCode).toBe(0);
      expect(stdout + stderr).not.toContain(canary);
    }
    // the command itself was seen each time
    expect(seen).toHaveLength(6);
    for (const each of seen) {
      expect(each).toContain('dist/bin/secrets.js');
      expect(each).not.toContain(canary);
    }
    expect((await readdir(directory, { recursive: true })).toSorted()).toEqual(['out1', 'out2']);
  },
);
