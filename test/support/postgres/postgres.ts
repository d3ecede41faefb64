import { chownSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { vi } from 'vitest';
import { freePort } from '../../../bench/free-port.ts';
import { type Child, run, start } from '../../../activities/command.ts';
import { type Cleanup, temporaryDirectory } from '../flags.ts';
import { type PostgresPrograms, postgresPrograms } from './postgres-programs.ts';

const host = '127.0.0.1';
const patience = { timeout: 60_000, interval: 50 };

/** A real PostgreSQL on loopback, which knows people by SCRAM only and, unless told otherwise, logs every statement. */
export class Postgres {
  readonly port: number;
  readonly database = 'astronomy_db';
  readonly #programs: PostgresPrograms;
  readonly #directory: string;
  readonly #settings: string[];
  #server: Child | undefined;

  private constructor(programs: PostgresPrograms, directory: string, port: number, settings: string[]) {
    this.#programs = programs;
    this.#directory = directory;
    this.port = port;
    this.#settings = settings;
  }

  /** With an empty database and no user yet. */
  static async up(
    cleanup: Cleanup,
    { port, statements = true }: { port?: number; statements?: boolean } = {},
  ): Promise<Postgres> {
    const programs = await postgresPrograms(cleanup);
    const directory = path.join(await temporaryDirectory(cleanup), 'own');
    mkdirSync(directory, { mode: 0o700 });
    const { owner } = programs;
    if (owner !== null) {
      chownSync(path.dirname(directory), owner, owner);
      chownSync(directory, owner, owner);
    }
    const logged = statements ? ['log_statement=all', 'log_min_messages=debug1'] : [];
    const postgres = new Postgres(programs, directory, port ?? (await freePort()), logged);
    const args = ['-D', postgres.#data, '-U', 'postgres', '--auth=trust', '--no-sync', '--no-locale', '-E', 'UTF8'];
    await run(...programs.command('initdb', args), { env: programs.env, cwd: directory });
    writeFileSync(
      path.join(postgres.#data, 'pg_hba.conf'),
      'local all postgres trust\nhost all all all scram-sha-256\n',
    );
    cleanup(() => postgres.stop());
    await postgres.start();
    await postgres.#asAdministrator([`CREATE DATABASE ${escapeIdentifier(postgres.database)}`], 'postgres');
    return postgres;
  }

  /** As `environments/*.yaml` names one. */
  get url(): string {
    return `postgresql://${host}:${this.port}/${this.database}`;
  }

  async start(): Promise<void> {
    const output = openSync(this.#logFile, 'a');
    const settings = ['listen_addresses=127.0.0.1', 'fsync=off', ...this.#settings];
    const args = ['-D', this.#data, '-p', String(this.port), '-k', this.#directory];
    const [file, all] = this.#programs.command('postgres', [...args, ...settings.flatMap((each) => ['-c', each])]);
    this.#server = start(file, all, { env: this.#programs.env, cwd: this.#directory, output, killSignal: 'SIGQUIT' });
    await vi.waitFor(() => this.#asAdministrator(['SELECT 1'], 'postgres'), patience);
  }

  /** SIGKILL for every process of it at once, as where the machine loses its power. */
  async kill(): Promise<void> {
    const pid = this.#server?.pid;
    if (pid === undefined) throw new Error('PostgreSQL does not run');
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
    for (const each of [pid, ...children]) killNow(each);
    await this.#server;
    this.#server = undefined;
  }

  async stop(): Promise<void> {
    this.#server?.kill();
    await this.#server;
    this.#server = undefined;
  }

  /** Makes a user, or gives it that password, as the image's own script does. */
  async know(user: string, password: string): Promise<void> {
    const role = escapeIdentifier(user);
    const isKnown = await this.#asAdministrator([`SELECT 1 FROM pg_roles WHERE rolname = ${escapeLiteral(user)}`]);
    const verb = isKnown > 0 ? 'ALTER' : 'CREATE';
    // what the test itself says is none of what the log is searched for
    await this.#asAdministrator([
      'SET log_statement = none',
      `${verb} ROLE ${role} LOGIN PASSWORD ${escapeLiteral(password)}`,
    ]);
  }

  /** Whether a password is the one, over the network. */
  async accepts(user: string, password: string): Promise<boolean> {
    const { port, database } = this;
    const client = new Client({ host, port, database, user, password, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    return await client.connect().then(
      async () => {
        await client.end();
        return true;
      },
      (error: { code?: string }) => {
        if (error.code === '28P01') return false;
        throw new Error(`the database answers ${error.code}`);
      },
    );
  }

  /** All that the server has logged. */
  get log(): string {
    return readFileSync(this.#logFile, 'utf8');
  }

  get #logFile(): string {
    return path.join(path.dirname(this.#directory), 'postgres.log');
  }

  get #data(): string {
    return path.join(this.#directory, 'data');
  }

  /** Answers how many rows the last one has. */
  async #asAdministrator(statements: string[], database = this.database): Promise<number> {
    const client = new Client({ host: this.#directory, port: this.port, database, user: 'postgres' });
    client.on('error', () => undefined);
    await client.connect();
    try {
      let rows = 0;
      for (const statement of statements) rows = (await client.query(statement)).rowCount ?? 0;
      return rows;
    } finally {
      await client.end();
    }
  }
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it is gone already
  }
}
