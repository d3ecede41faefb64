import { closeSync, openSync, readFileSync } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { vi } from 'vitest';
import { stringify } from 'yaml';
import { type Child, start } from '../../../activities/command.ts';
import { FileFlagStore } from '../../../activities/flags/file-store.ts';
import { projectRoot } from '../../../environments/root.ts';
import type { IncidentState } from '../../../workflows/contract.ts';
import { flagDaemon } from '../../support/daemon.ts';
import { type Cleanup, temporaryDirectory } from '../../support/flags.ts';
import { builtCommand, type CommandResult } from '../../support/lab.ts';

/** A team's lab: flags of its own, workers that somebody else runs, and commands that bring up nothing. */
export class SharedLab {
  readonly directory: string;
  readonly store: FileFlagStore;
  readonly original: string;
  readonly env: NodeJS.ProcessEnv;
  readonly #cleanup: Cleanup;

  private constructor(parts: Pick<SharedLab, 'directory' | 'store' | 'original' | 'env'>, cleanup: Cleanup) {
    this.directory = parts.directory;
    this.store = parts.store;
    this.original = parts.original;
    this.env = parts.env;
    this.#cleanup = cleanup;
  }

  /** `temporal`: the server's address; `env`: for every command and worker. */
  static async up(cleanup: Cleanup, temporal: string, env: NodeJS.ProcessEnv = {}): Promise<SharedLab> {
    const directory = await temporaryDirectory(cleanup);
    const location = path.join(directory, 'demo.flagd.json');
    await copyFile(path.join(projectRoot, 'lab/flags/demo-3.0.0.flagd.json'), location);
    const environment = {
      name: 'team',
      flags: { store: 'file', location },
      ofrep: await flagDaemon(location, cleanup),
      shop: null,
      temporal: { address: temporal, ui: 'http://127.0.0.1:8080', workers: 'elsewhere' },
    };
    const file = path.join(directory, 'team.yaml');
    await writeFile(file, stringify(environment));
    const own = { INCIDENTFOX_ENVIRONMENT: file, INCIDENTFOX_LAB: directory, ...env };
    const parts = { directory, store: new FileFlagStore(location), env: own };
    return new SharedLab({ ...parts, original: await readFile(location, 'utf8') }, cleanup);
  }

  /** What its workers print. */
  get log(): string {
    return path.join(this.directory, 'workers.log');
  }

  /** A worker as a team runs it; `dist`: that of another version. Ended with the tests, if it has not ended by then. */
  worker(env: NodeJS.ProcessEnv, dist = path.join(projectRoot, 'dist')): Child {
    const output = openSync(this.log, 'a');
    const args = [path.join(dist, 'worker/main.js')];
    const child = start(process.execPath, args, { env: { ...this.env, ...env }, output });
    closeSync(output);
    this.#cleanup(async () => {
      child.kill('SIGKILL');
      await child;
    });
    return child;
  }

  incident = (...args: string[]): Promise<CommandResult> => builtCommand('incident', args, this.env);
  lab = (...args: string[]): Promise<CommandResult> => builtCommand('lab', args, this.env);

  /** Starts an incident by the command line, and answers its id once its fault is in force. */
  async breakIt(scenario = 'payment-failure', duration = '10m'): Promise<string> {
    const { stdout, stderr } = await this.incident(scenario, '--duration', duration, '--detach', '--json');
    if (stdout === '') throw new Error(stderr);
    const { id } = JSON.parse(stdout) as { id: string };
    await vi.waitFor(
      async () => {
        const { phase } = await this.state(id);
        if (phase !== 'active') throw new Error(`it is ${phase}: ${readFileSync(this.log, 'utf8').slice(-2_000)}`);
      },
      { timeout: 30_000, interval: 100 },
    );
    return id;
  }

  async state(id: string): Promise<IncidentState> {
    const { stdout, stderr, exitCode } = await this.incident('status', id, '--json');
    if (exitCode !== 0) throw new Error(`${stderr}${stdout}`);
    const [state] = JSON.parse(stdout) as [IncidentState];
    return state;
  }

  document(): Promise<string> {
    return readFile(this.store.location, 'utf8');
  }
}
