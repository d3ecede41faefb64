import { closeSync, openSync } from 'node:fs';
import { setPriority } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { vi } from 'vitest';
import { type Child, run, start } from '../../../activities/command.ts';
import { projectRoot } from '../../../environments/root.ts';
import { processRef } from '../../../lab/process.ts';
import { Ports } from '../../../lab/supervisor/ports.ts';
import { type Cleanup, temporaryDirectory } from '../flags.ts';
import { Postgres } from '../postgres/postgres.ts';
import { environmentOf } from '../compose.ts';
import { type TemporalPrograms, temporalPrograms } from './temporal-programs.ts';

const host = '127.0.0.1';
const password = 'of-the-tests-only';
/** ms from the server's end to its next start, as a container engine has it */
const pause = 100;
const patience = { timeout: 60_000, interval: 100 };
const script = (name: string): string => path.join(projectRoot, 'team/temporal', name);

/**
 * The team's Temporal server without containers: the variables, scripts and dynamic configuration of docker-compose.yml, on a
 * real PostgreSQL. It is started again when it dies, as `restart: unless-stopped` has it.
 */
export class TeamTemporal {
  readonly address: string;
  readonly database: Postgres;
  readonly #programs: TemporalPrograms;
  readonly #env: NodeJS.ProcessEnv;
  readonly #log: string;
  #server: Child | undefined;
  #kept = false;
  #keeping: Promise<void> = Promise.resolve();

  private constructor(programs: TemporalPrograms, database: Postgres, log: string, env: NodeJS.ProcessEnv) {
    this.#programs = programs;
    this.database = database;
    this.#log = log;
    this.#env = env;
    this.address = `${host}:${env['FRONTEND_GRPC_PORT']}`;
  }

  /** `env`: further variables, of the server and of who speaks to it, such as those of TLS. */
  static async up(cleanup: Cleanup, env: NodeJS.ProcessEnv = {}): Promise<TeamTemporal> {
    const programs = await temporalPrograms(cleanup);
    const database = await Postgres.up(cleanup, { statements: false });
    await database.know('postgres', password);
    const log = path.join(await temporaryDirectory(cleanup), 'temporal.log');
    const temporal = new TeamTemporal(programs, database, log, {
      ...environmentOf('temporal'),
      ...(await freePorts(cleanup)),
      POSTGRES_SEEDS: host,
      DB_PORT: String(database.port),
      POSTGRES_USER: 'postgres',
      POSTGRES_PWD: password,
      BIND_ON_IP: host,
      DYNAMIC_CONFIG_FILE_PATH: script('dynamic-config.yaml'),
      ...env,
    });
    cleanup(() => temporal.#end());
    await temporal.setUpSchema();
    temporal.keep();
    await temporal.createNamespace();
    return temporal;
  }

  /** Of the server that runs; undefined while there is none. */
  get pid(): number | undefined {
    return this.#server?.pid;
  }

  /** Starts the server, and again when it dies. */
  keep(): void {
    if (this.#kept) return;
    this.#kept = true;
    this.#keeping = this.#keeping.then(() => this.#keep());
  }

  /** From now on nobody starts it again. */
  abandon(): void {
    this.#kept = false;
  }

  /** What the compose file's job `schema` does. */
  async setUpSchema(): Promise<void> {
    const { schema, path: PATH } = this.#programs;
    const env = {
      ...environmentOf('schema'),
      SQL_HOST: host,
      SQL_PORT: String(this.database.port),
      SQL_USER: 'postgres',
      SQL_PASSWORD: password,
      SCHEMA: schema,
      PATH,
    };
    await run('sh', [script('set-up-schema.sh')], { env });
  }

  /** What the compose file's job `namespace` does, which is tried again until the server answers. */
  async createNamespace(): Promise<void> {
    const env = {
      ...this.#env,
      ...environmentOf('namespace'),
      PATH: this.#programs.path,
      TEMPORAL_ADDRESS: this.address,
    };
    await vi.waitFor(() => run('sh', [script('create-namespace.sh')], { env, timeout: 20_000 }), patience);
  }

  async #keep(): Promise<void> {
    while (this.#kept) {
      const output = openSync(this.#log, 'a');
      this.#server = start(this.#programs.server, ['start'], { env: this.#env, output });
      closeSync(output);
      // as a lab does it with its own: the reconciler must come to its turn
      if (this.#server.pid !== undefined) setPriority(this.#server.pid, 5);
      await this.#server;
      this.#server = undefined;
      if (this.#kept) await delay(pause);
    }
  }

  async #end(): Promise<void> {
    this.abandon();
    this.#server?.kill('SIGKILL');
    await this.#keeping;
  }
}

/** One for each of the server's services, of this process until `cleanup`; no ephemeral ones, as it comes back on the same. */
async function freePorts(cleanup: Cleanup): Promise<NodeJS.ProcessEnv> {
  const self = await processRef(process.pid);
  if (!self) throw new Error('this process cannot be seen');
  const ports = new Ports(self);
  cleanup(() => Promise.resolve(ports.release()));
  const names = ['FRONTEND_HTTP_PORT'];
  for (const service of ['FRONTEND', 'HISTORY', 'MATCHING', 'WORKER']) {
    names.push(`${service}_GRPC_PORT`, `${service}_MEMBERSHIP_PORT`);
  }
  const env: NodeJS.ProcessEnv = {};
  for (const name of names) env[name] = String(await ports.next(20_000));
  env['PROMETHEUS_ENDPOINT'] = `${host}:${await ports.next(20_000)}`;
  return env;
}
