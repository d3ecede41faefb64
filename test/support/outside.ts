import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { type RunResult, run } from '../../activities/command.ts';
import { cacheDirectory } from '../../lab/tools/cache.ts';
import type { IncidentResult } from '../../workflows/contract.ts';
import type { EmbeddedLab } from './lab.ts';

/** The `tctl` of TCTL_PATH, or the one that `tools/build.sh tctl` has put into the cache. */
export function findTctl(): string | undefined {
  const { TCTL_PATH } = process.env;
  if (TCTL_PATH) return TCTL_PATH;
  const builds = path.join(cacheDirectory(), 'tctl');
  const versions = existsSync(builds) ? readdirSync(builds) : [];
  return versions.map((version) => path.join(builds, version, 'tctl')).find((program) => existsSync(program));
}

/** How an incident ended, as `temporal workflow result` and `execute` tell it. */
export interface Ended {
  status: 'COMPLETED' | 'FAILED';
  result?: IncidentResult;
  closeEvent: {
    workflowExecutionFailedEventAttributes?: {
      failure: { message: string; applicationFailureInfo: { type: string; nonRetryable: boolean } };
    };
  };
}

/** Somebody with a program of Temporal's and the lab's address, and nothing of ours. */
export class Outsider {
  readonly #program: string;
  readonly #lab: EmbeddedLab;

  constructor(program: string, lab: EmbeddedLab) {
    this.#program = program;
    this.#lab = lab;
  }

  /** Runs a command on the lab's server. Throws a CommandError where the program says no, or nothing for a minute. */
  call = async (...args: string[]): Promise<RunResult> => {
    // its own home, as tctl writes a configuration file there
    const env = { ...this.#lab.env, HOME: this.#lab.directory };
    return await run(this.#program, ['--address', this.#lab.at.temporal.address, ...args], { env, timeout: 60_000 });
  };

  /** Runs a command of `temporal` that prints JSON, whatever it exits with. */
  async json<T>(...args: string[]): Promise<T> {
    const { stdout } = await this.call(...args, '--output', 'json').catch((error: { stdout: string }) => error);
    return JSON.parse(stdout) as T;
  }
}
