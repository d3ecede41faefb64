import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CommandError, run, type RunResult } from '../../../activities/command.ts';
import { projectRoot } from '../../../environments/root.ts';
import { type Cleanup, temporaryDirectory } from '../../support/flags.ts';
import { type Operation, operationsIn } from '../../support/terraform/journal.ts';

export const configuration = path.join(projectRoot, 'terraform');

/** Whoever deploys is there, in all tests. */
export const variables = { public_access_cidrs: ['203.0.113.7/32'] };

/** What the simulated providers are to do in one command: their TFSIM_* without the prefix. */
export type Simulation = Partial<Record<'FAIL' | 'FAIL_DESTROY' | 'DELAY_MS' | 'WORLD', string>>;

/** What somebody's own runs leave beside it. */
const leftovers = /^(\.terraform(\.lock\.hcl)?|.*\.tfstate(\..*)?|.*_override\.tf|terraform\.tfvars)$/;
const isOfIt = (file: string): boolean => !leftovers.test(path.basename(file));

/** A copy of terraform/, or of a directory in it, with a state and a simulated account of its own. */
export class Copy {
  readonly directory: string;
  readonly #tool: string;

  private constructor(directory: string, tool: string) {
    this.directory = directory;
    this.#tool = tool;
  }

  static async make(tool: string, cleanup?: Cleanup, source = configuration): Promise<Copy> {
    const directory = path.join(await temporaryDirectory(cleanup), 'configuration');
    await cp(source, directory, { recursive: true, filter: isOfIt });
    const copy = new Copy(directory, tool);
    await copy.write('backend_override.tf', 'terraform {\n  backend "local" {}\n}\n');
    await copy.write('test.auto.tfvars.json', JSON.stringify(source === configuration ? variables : {}));
    return copy;
  }

  async write(file: string, text: string): Promise<void> {
    await writeFile(path.join(this.directory, file), text);
  }

  /** Runs the tool to its end, whatever that is. */
  async run(args: string[], simulation: Simulation = {}): Promise<RunResult> {
    const switches = Object.entries(simulation).map(([name, value]) => [`TFSIM_${name}`, value] as const);
    const isConfigured = existsSync(process.env['TF_CLI_CONFIG_FILE'] ?? '');
    const env = {
      TF_IN_AUTOMATION: '1',
      // one that is not there would be warned of
      ...(isConfigured ? {} : { TF_CLI_CONFIG_FILE: '/dev/null' }),
      TFSIM_WORLD: this.#file('world.json'),
      TFSIM_JOURNAL: this.#file('journal.jsonl'),
      ...Object.fromEntries(switches),
    };
    try {
      return await run(this.#tool, args, { cwd: this.directory, env, timeout: 170_000 });
    } catch (error) {
      if (!(error instanceof CommandError) || error.exitCode === undefined) throw error;
      return { stdout: String(error.stdout), stderr: String(error.stderr), exitCode: error.exitCode };
    }
  }

  /** Runs the tool and answers what it prints; throws where it fails. */
  async succeed(args: string[], simulation: Simulation = {}): Promise<string> {
    const { stdout, stderr, exitCode } = await this.run(args, simulation);
    if (exitCode !== 0) throw new Error(`${args.join(' ')} exits with ${exitCode}: ${stdout}\n${stderr}`);
    return stdout;
  }

  init = () => this.succeed(['init', '-input=false', '-no-color']);
  /** Makes everything, and throws where that fails. */
  made = async (simulation?: Simulation): Promise<void> => {
    const { exitCode, stderr } = await this.apply(simulation);
    assert.equal(exitCode, 0, stderr);
  };
  apply = (simulation?: Simulation) => this.run(['apply', '-auto-approve', '-input=false', '-no-color'], simulation);
  destroy = (simulation?: Simulation) =>
    this.run(['destroy', '-auto-approve', '-input=false', '-no-color'], simulation);
  /** Exits with 0 where nothing is to be changed, and with 2 where something is. */
  plan = (...args: string[]) => this.run(['plan', '-detailed-exitcode', '-input=false', '-no-color', ...args]);

  /** What was created, changed and deleted so far, or since that many operations. */
  async operations(since = 0): Promise<Operation[]> {
    return operationsIn(await this.#read('journal.jsonl')).slice(since);
  }

  /** How many objects there are in the simulated account. */
  async objects(): Promise<number> {
    const world = JSON.parse((await this.#read('world.json')) || '{}') as Record<string, object>;
    const types = Object.entries(world).filter(([type]) => !lookedUp.has(type));
    return types.reduce((count, [, objects]) => count + Object.keys(objects).length, 0);
  }

  /** How many objects the state knows. */
  async known(): Promise<number> {
    const lines = (await this.succeed(['state', 'list'])).split('\n');
    return lines.filter((line) => line !== '' && !/(^|\.)(data|ephemeral)\./.test(line)).length;
  }

  #read = async (name: string): Promise<string> => {
    const file = this.#file(name);
    return existsSync(file) ? await readFile(file, 'utf8') : '';
  };

  #file = (name: string): string => path.join(this.directory, '..', name);
}

/** Data sources, which the simulated account remembers too. */
const lookedUp = new Set([
  'aws_availability_zones',
  'aws_caller_identity',
  'aws_iam_policy_document',
  'aws_partition',
  'aws_region',
]);
