import { CommandError, run } from '../command.ts';
import { errorIn } from './failure.ts';
import type { Diagnostic } from './events.ts';
import type { TerraformOptions } from './options.ts';
import type { Places } from './places.ts';
import { findTool } from './tool.ts';

/** A quick command of the tool that failed, in its own words. */
export class ToolError extends Error {
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(diagnostic.summary);
    this.diagnostic = diagnostic;
  }
}

/** The tool in the working copy. */
export class Shell {
  readonly #places: Places;
  readonly #env: NodeJS.ProcessEnv;
  #found: ReturnType<typeof findTool> | undefined;

  constructor(places: Places, { env }: Pick<TerraformOptions, 'env'>) {
    this.#places = places;
    this.#env = env ?? {};
  }

  /** Looked for until it is there. */
  async tool(): ReturnType<typeof findTool> {
    this.#found ??= findTool();
    try {
      return await this.#found;
    } catch (error) {
      this.#found = undefined;
      throw error;
    }
  }

  /** What the tool runs with; what a person set for runs of their own does not count. */
  get options(): { cwd: string; env: NodeJS.ProcessEnv } {
    const settings = {
      TF_IN_AUTOMATION: '1',
      TF_INPUT: '0',
      TF_DATA_DIR: this.#places.data,
      TF_WORKSPACE: 'default',
      CHECKPOINT_DISABLE: '1',
    };
    const noArguments = ['', '_init', '_plan', '_apply', '_state', '_output', '_force_unlock'].map((of) => [
      `TF_CLI_ARGS${of}`,
      '',
    ]);
    // a log would hold what is sent to AWS
    return {
      cwd: this.#places.work,
      env: { ...this.#env, ...Object.fromEntries(noArguments), TF_LOG: '', ...settings },
    };
  }

  /** Its output. Throws a ToolError. */
  async ask(args: string[]): Promise<string> {
    const { file } = await this.tool();
    try {
      return (await run(file, args, this.options)).stdout;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      throw new ToolError(errorIn(String(error.stderr)));
    }
  }
}
