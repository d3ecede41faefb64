import { createHash } from 'node:crypto';
import { link, readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../workflows/problem.ts';
import type { Attempt } from './attempt.ts';
import { failureOf } from './failure.ts';
import type { ChangeAction, Planned, Run, TerraformOptions } from './options.ts';
import { writeWhole } from '../write-whole.ts';
import { hashOf, Places } from './places.ts';
import { type PlannedResource, resourcesIn } from './planned.ts';
import { type Outcome, Runner } from './runner.ts';
import { Shell, ToolError } from './shell.ts';
import { State } from './state.ts';
import type { Tool } from './tool.ts';
import { digestOf, makeWorkingCopy, needWorkingCopy } from './working-copy.ts';

/** One may wait for its approval while others are made, e.g. to look for drift. */
const keptPlans = 10;
const common = ['-input=false', '-no-color', '-json'];

/**
 * A Terraform configuration with its state, run on this machine. The tool outlives a worker that dies; who asks for the same again
 * finds it at work, or what it came to. Throws Problems, of which those in `retryable` may pass by themselves.
 */
export class Terraform {
  readonly #options: TerraformOptions;
  readonly #places: Places;
  readonly #shell: Shell;
  readonly #state: State;
  readonly #runner: Runner;

  constructor(options: TerraformOptions) {
    this.#options = options;
    this.#places = new Places(options.directory);
    this.#shell = new Shell(this.#places, options);
    this.#state = new State(this.#places, this.#shell, options);
    this.#runner = new Runner(this.#places, this.#shell, this.#state);
  }

  /** Throws Problem `tool-missing`, or `preflight-failed` for one that is too old. */
  async version(): Promise<Tool> {
    const { tool, version } = await this.#shell.tool();
    return { tool, version };
  }

  /** Copies the configuration, and has the tool get its providers and reach its state. First of all, and again at any time. */
  async init(run: Run): Promise<void> {
    const digest = await digestOf(this.#places, this.#options);
    const prepare = async (): Promise<string[]> => {
      await makeWorkingCopy(this.#places, this.#options, digest);
      return ['init', ...common, '-reconfigure', ...this.#state.backendArgs];
    };
    await this.#runner.run(
      { operation: 'init', request: `${digest} ${JSON.stringify(this.#options.state)}`, prepare },
      run,
    );
  }

  /** Saves what is to be done, and tells it. Throws Problem `state-missing` where there was a state, and is none now. */
  async plan(run: Run, { destroy = false }: { destroy?: boolean } = {}): Promise<Planned> {
    const { variableFiles } = this.#options;
    const variables = JSON.stringify(this.#options.variables);
    const request = await requestOf(destroy, variables, variableFiles);
    const outcome = await this.#runner.run(
      {
        operation: 'plan',
        request,
        prepare: async (attempt, attempts) => {
          await this.#ready(attempts, run);
          const given = path.join(attempt.directory, 'given.tfvars.json');
          await writeWhole(given, variables);
          const vars = [...variableFiles, given].map((file) => `-var-file=${file}`);
          return ['plan', ...common, ...(destroy ? ['-destroy'] : []), ...vars, `-out=${attempt.at('plan')}`];
        },
      },
      run,
    );
    return await this.#keep(outcome);
  }

  /** Applies exactly the plan of that hash. One that is applied already is done. Throws Problem `plan-refused`. */
  async apply(run: Run, hash: string): Promise<void> {
    const file = this.#planFile(hash);
    const prepare: Parameters<Runner['run']>[0]['prepare'] = async (_attempt, attempts) => {
      if ((await hashOf(file).catch(() => undefined)) !== hash) throw unknownPlan(hash);
      await this.#ready(attempts, run);
      return ['apply', ...common, file];
    };
    await this.#runner.run({ operation: 'apply', request: hash, prepare }, run);
  }

  /** What there will be once that plan is applied, with what is done to it. */
  async resources(hash: string): Promise<PlannedResource[]> {
    const text = await this.#asked('show', ['show', '-no-color', '-json', this.#planFile(hash)]);
    return resourcesIn(JSON.parse(text));
  }

  /** Of the root module, but those that are sensitive. */
  async outputs(): Promise<Record<string, unknown>> {
    const text = await this.#asked('output', ['output', '-no-color', '-json']);
    const outputs = JSON.parse(text) as Record<string, { sensitive: boolean; value: unknown }>;
    const open = Object.entries(outputs).filter(([, { sensitive }]) => !sensitive);
    return Object.fromEntries(open.map(([name, { value }]) => [name, value]));
  }

  /** What the state holds now; `plan` mends one that is broken where it can. */
  async state(): Promise<{ kind: 'missing' | 'broken' | 'present'; resources: number }> {
    const found = await this.#state.read();
    if (found === 'missing' || found === 'broken') return { kind: found, resources: 0 };
    return { kind: 'present', resources: found.resources };
  }

  async #ready(attempts: Attempt[], run: Run): Promise<void> {
    await needWorkingCopy(this.#places);
    await this.#state.rescue(run);
    await this.#state.check(attempts, run);
  }

  #planFile(hash: string): string {
    return path.join(this.#places.plans, path.basename(hash));
  }

  async #asked(what: string, args: string[]): Promise<string> {
    return await this.#shell.ask(args).catch((error: unknown) => {
      throw error instanceof ToolError ? failureOf(what, [error.diagnostic]) : error;
    });
  }

  async #keep({ attempt, log }: Outcome): Promise<Planned> {
    const hash = await hashOf(attempt.at('plan'));
    // of a result that is taken a second time it is there
    await link(attempt.at('plan'), path.join(this.#places.plans, hash)).catch(() => undefined);
    await this.#forgetOldPlans();
    const changes = [...log.planned].map(([address, action]) => ({ address, action: action as ChangeAction }));
    const { add = 0, change = 0, remove: destroy = 0 } = log.summary ?? {};
    return { hash, add, change, destroy, changes, outputs: log.outputs, drifted: log.drifted };
  }

  async #forgetOldPlans(): Promise<void> {
    const files = (await readdir(this.#places.plans)).map((name) => path.join(this.#places.plans, name));
    const aged = await Promise.all(files.map(async (file) => ({ file, at: (await stat(file)).mtimeMs })));
    const old = aged.toSorted((one, other) => other.at - one.at).slice(keptPlans);
    for (const { file } of old) await rm(file, { force: true });
  }
}

async function requestOf(destroy: boolean, variables: string, files: string[]): Promise<string> {
  const hash = createHash('sha256').update(`${destroy}\0${variables}`);
  for (const file of files) hash.update(`\0${file}\0`).update(await readVariables(file));
  return hash.digest('hex');
}

async function readVariables(file: string): Promise<Buffer> {
  return await readFile(file).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    throw new Problem('bad-input', `The file of variables ${file} cannot be read (${code})`, 'Name one that is there.');
  });
}

function unknownPlan(hash: string): Problem {
  const message = `There is no plan ${hash.slice(0, 12)} here, or it is not any more what it was`;
  return new Problem('plan-refused', message, 'Make a new plan, and approve that.');
}
