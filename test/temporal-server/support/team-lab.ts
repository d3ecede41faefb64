import {
  chmodSync,
  closeSync,
  copyFileSync,
  chownSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { vi } from 'vitest';
import { freePort } from '../../../bench/free-port.ts';
import { CommandError, type RunResult, run, start } from '../../../activities/command.ts';
import { type Cleanup, temporaryDirectory } from '../../support/flags.ts';
import { readCompose } from '../../support/compose.ts';
import { TeamTemporal } from '../../support/temporal-server/team-temporal.ts';

const host = '127.0.0.1';
const user = 1_000;

/** The services of docker-compose.yml that are this project's, as processes: from what the image has, as its user, on loopback. */
export class TeamLab {
  readonly temporal: TeamTemporal;
  readonly directory: string;
  readonly #app: string;
  readonly #ofrep: number;
  /** where each service shows itself, as each has an address of its own in its container */
  readonly #metrics = new Map<string, number>();
  readonly #cleanup: Cleanup;

  private constructor(temporal: TeamTemporal, directory: string, app: string, ofrep: number, cleanup: Cleanup) {
    this.temporal = temporal;
    this.directory = directory;
    this.#app = app;
    this.#ofrep = ofrep;
    this.#cleanup = cleanup;
  }

  static async up(app: string, cleanup: Cleanup): Promise<TeamLab> {
    const temporal = await TeamTemporal.up(cleanup);
    const directory = await temporaryDirectory(cleanup);
    const lab = new TeamLab(temporal, directory, app, await freePort(), cleanup);
    chmodSync(directory, 0o755);
    for (const name of ['flags', 'lab', 'tmp']) lab.#makeDirectory(name);
    lab.#writeEnvironment();
    for (const service of ['worker', 'reconciler']) lab.#metrics.set(service, await freePort());
    await lab.#runJob('flags');
    lab.start('flagd');
    await vi.waitFor(
      async () => {
        const { ok } = await fetch(`http://${host}:${lab.#ofrep}/readyz`);
        if (!ok) throw new Error('the flag daemon is not ready');
      },
      { timeout: 30_000, interval: 100 },
    );
    return lab;
  }

  get flags(): string {
    return path.join(this.directory, 'flags/demo.flagd.json');
  }

  /** Starts a service; answers its process id and how it is killed. */
  start(service: string): { pid: number | undefined; kill: () => Promise<void> } {
    const [file, ...args] = this.#commandOf(service);
    const output = openSync(path.join(this.directory, `${service}.log`), 'a');
    const child = start(file ?? '', args, { cwd: this.#app, env: this.#envOf(service), output });
    closeSync(output);
    const kill = async (): Promise<void> => {
      child.kill('SIGKILL');
      await child;
    };
    this.#cleanup(kill);
    return { pid: child.pid, kill };
  }

  /** `docker compose run --rm incident …` */
  async incident(...args: string[]): Promise<RunResult> {
    const [file, ...entry] = this.#commandOf('incident', args);
    const options = { cwd: this.#app, env: { ...this.#envOf('incident'), NO_COLOR: '1' } };
    return await run(file ?? '', entry, options).catch((error: unknown) => {
      if (!(error instanceof CommandError)) throw error;
      return { stdout: String(error.stdout), stderr: String(error.stderr), exitCode: error.exitCode ?? -1 };
    });
  }

  /** Asks a service as the image's health check does. */
  async isWell(service: string): Promise<boolean> {
    return (await fetch(`http://${host}:${this.#metrics.get(service)}/healthz`)).ok;
  }

  async #runJob(service: string): Promise<void> {
    const [file, ...args] = this.#commandOf(service);
    await run(file ?? '', args, { cwd: this.#app, env: this.#envOf(service) });
  }

  /** The service's command with this machine's places instead of the containers', as the image's user where root may choose. */
  #commandOf(service: string, instead?: string[]): string[] {
    const { entrypoint = [], command = [] } = readCompose().services[service] ?? {};
    const words = [...entrypoint, ...(instead ?? command)].map((word) => this.#placed(word, service));
    const all = words.map((word) => (word === 'node' ? process.execPath : word));
    if (process.getuid?.() !== 0) return all;
    return ['setpriv', '--reuid', `${user}`, '--regid', `${user}`, '--clear-groups', '--inh-caps=-all', ...all];
  }

  #envOf(service: string): NodeJS.ProcessEnv {
    const { environment = {} } = readCompose().services[service] ?? {};
    const placed = Object.entries(environment).map(([name, value]) => [name, this.#placed(value, service)]);
    const lab = { INCIDENTFOX_LAB: path.join(this.directory, 'lab'), HOME: path.join(this.directory, 'tmp') };
    const own = { TEMPORAL_CONFIG_FILE: path.join(this.directory, 'no-profile.toml'), INCIDENTFOX_TEMPORAL: undefined };
    const left = { INCIDENTFOX_CODEC_KEYS: undefined, INCIDENTFOX_FLAGS: undefined, NODE_OPTIONS: undefined };
    return { ...left, ...(Object.fromEntries(placed) as NodeJS.ProcessEnv), ...lab, ...own };
  }

  #placed(word: string, service: string): string {
    return word
      .replace('/app/environments/compose.yaml', path.join(this.directory, 'environment.yaml'))
      .replace(/^\/flags\//, path.join(this.directory, 'flags/'))
      .replace('temporal:7233', this.temporal.address)
      .replace(/^0\.0\.0\.0$/, host)
      .replace(/^8016$/, String(this.#ofrep))
      .replace('0.0.0.0:9464', `${host}:${this.#metrics.get(service) ?? 9464}`);
  }

  #makeDirectory(name: string): void {
    const directory = path.join(this.directory, name);
    mkdirSync(directory);
    if (process.getuid?.() === 0) chownSync(directory, user, user);
  }

  #writeEnvironment(): void {
    const file = path.join(this.directory, 'environment.yaml');
    copyFileSync(path.join(this.#app, 'environments/compose.yaml'), file);
    const text = readFileSync(file, 'utf8').replace('/flags/', path.join(this.directory, 'flags/'));
    chmodSync(file, 0o644);
    writeFileSync(file, text.replace('http://flagd:8016', `http://${host}:${this.#ofrep}`));
  }
}
