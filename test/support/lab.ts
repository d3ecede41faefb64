import { copyFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { projectRoot } from '../../environments/root.ts';
import type { LabState } from '../../lab/state.ts';
import type { ErrorDocument } from '../../workflows/problem.ts';
import { flagDaemon } from './daemon.ts';
import { type Cleanup, temporaryDirectory } from './flags.ts';
import { incidentHere } from './here.ts';

export interface CommandResult {
  stdout: string;
  stderr: string;
  exitCode: number;
}

/** `lab status --json`, as far as the tests look at it. */
export interface LabAddresses {
  demo: string;
  temporal: { address: string; ui: string; pid: number };
  worker: { pid: number };
  flagd: { ofrep: string; file: string; pid: number };
  shop: { url: string; pid: number };
  supervisor: { pid: number };
  halted: boolean;
}

/** An embedded lab in a directory of its own, driven by the command line as a user drives it. */
export class EmbeddedLab {
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  addresses: LabAddresses | undefined;

  constructor(directory: string, env: NodeJS.ProcessEnv = {}) {
    this.directory = directory;
    this.env = {
      ...process.env,
      INCIDENTFOX_LAB: directory,
      TEMPORAL_CONFIG_FILE: path.join(directory, 'no-profile.toml'),
    };
    Object.assign(this.env, { TEMPORAL_ADDRESS: undefined }, env);
  }

  /** Brings a lab up, with variables of its own; `cleanup` takes it down. */
  static async up(cleanup: Cleanup, options: string[] = [], env: NodeJS.ProcessEnv = {}): Promise<EmbeddedLab> {
    const lab = new EmbeddedLab(await temporaryDirectory(cleanup), env);
    cleanup(async () => void (await lab.lab('down')));
    const { stdout, stderr, exitCode } = await lab.lab('up', '--detach', '--json', ...options);
    if (exitCode !== 0) throw new Error(`lab up: ${stderr}${stdout}`);
    lab.addresses = JSON.parse(stdout) as LabAddresses;
    return lab;
  }

  /**
   * Brings one up on a flag file and a flag daemon of its own, as on somebody's own demo: without a shop, which takes more of a
   * machine than all the rest, for as long as it is there. `directory`: where the flags are, a new one if not given.
   */
  static async withoutShop(
    cleanup: Cleanup,
    { demo = '3.0.0', directory, env = {} }: { demo?: string; directory?: string; env?: NodeJS.ProcessEnv } = {},
  ): Promise<EmbeddedLab> {
    const file = path.join(directory ?? (await temporaryDirectory(cleanup)), 'demo.flagd.json');
    await copyFile(path.join(projectRoot, `lab/flags/demo-${demo}.flagd.json`), file);
    const ofrep = await flagDaemon(file, cleanup);
    return await EmbeddedLab.up(cleanup, [], { INCIDENTFOX_FLAGS: file, INCIDENTFOX_OFREP: ofrep, ...env });
  }

  get at(): LabAddresses {
    if (!this.addresses) throw new Error('the lab is not up');
    return this.addresses;
  }

  /**
   * What its supervisor wrote down last. For looks that come often: a command for each would take more of the machine than the
   * lab does.
   */
  async state(): Promise<LabState> {
    return JSON.parse(await readFile(path.join(this.directory, 'lab.json'), 'utf8')) as LabState;
  }

  lab = (...args: string[]): Promise<CommandResult> => builtCommand('lab', args, this.env);
  incident = (...args: string[]): Promise<CommandResult> => builtCommand('incident', args, this.env);
  deploy = (...args: string[]): Promise<CommandResult> => builtCommand('deploy', args, this.env);
  teardown = (...args: string[]): Promise<CommandResult> => builtCommand('teardown', args, this.env);

  /** Runs an `incident` command with `--json` and reads its document. */
  async json<T>(...args: string[]): Promise<T & Partial<ErrorDocument>> {
    return JSON.parse((await this.incident(...args, '--json')).stdout) as T & Partial<ErrorDocument>;
  }

  /** The same two, of a command that is run in this process. */
  incidentHere = (...args: string[]): Promise<CommandResult> => incidentHere(args, this.env);
  async jsonHere<T>(...args: string[]): Promise<T & Partial<ErrorDocument>> {
    return JSON.parse((await this.incidentHere(...args, '--json')).stdout) as T & Partial<ErrorDocument>;
  }
}

/** Runs one of the project's commands as npm would, in this process's surroundings and `env`. */
export async function builtCommand(
  name: 'codec' | 'deploy' | 'incident' | 'lab' | 'scale' | 'secrets' | 'status' | 'team' | 'teardown',
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<CommandResult> {
  const file = path.join(projectRoot, 'dist/bin', `${name}.js`);
  // uncoloured, also where CI is set; execa leaves out what is undefined
  const options = { env: { NO_COLOR: '1', ...env }, reject: false } as const;
  const { stdout, stderr, exitCode } = await execa(process.execPath, [file, ...args], options);
  return { stdout, stderr, exitCode: exitCode ?? -1 };
}
