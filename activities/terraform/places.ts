import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../workflows/problem.ts';

/** Where things are in the lab's own directory for Terraform; nobody else may read it. */
export class Places {
  readonly directory: string;
  /** the working copy of the configuration, in which the tool runs */
  readonly work: string;
  /** TF_DATA_DIR: providers and modules */
  readonly data: string;
  /** saved plans, by their hash */
  readonly plans: string;
  /** one directory for each run of the tool */
  readonly attempts: string;
  /** what was seen last of the state: its lineage and serial */
  readonly memory: string;
  /** the state of the local backend */
  readonly state: string;
  /** the newest whole state of the local backend that was seen */
  readonly goodState: string;
  /** a state that a run could not write where it belongs */
  readonly errored: string;

  constructor(directory: string) {
    const at = (name: string): string => path.join(directory, name);
    this.directory = directory;
    this.work = at('configuration');
    this.data = at('data');
    this.plans = at('plans');
    this.attempts = at('runs');
    this.memory = at('state-seen.json');
    this.state = at('terraform.tfstate');
    this.goodState = at('terraform.tfstate.good');
    this.errored = at('errored.tfstate');
  }

  /** Throws Problem `preflight-failed` where the directory cannot be had. */
  async make(): Promise<void> {
    try {
      for (const directory of [this.directory, this.plans, this.attempts]) {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        await chmod(directory, 0o700);
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const hint = 'The lab keeps plans, and the state where it is local, in there: let its user write it.';
      throw new Problem('preflight-failed', `${this.directory} cannot be used (${code})`, hint, { cause: error });
    }
  }
}

/** SHA-256 of a file, in hex. */
export async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
