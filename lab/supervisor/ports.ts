import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import getPort from 'get-port';
import { Problem } from '../../workflows/problem.ts';
import type { ProcessRef } from '../process.ts';
import { claim } from './claim.ts';

const reach = 200;

/** The ports of one lab: free on 127.0.0.1, and claimed, so that labs which start at the same moment do not share one. */
export class Ports {
  readonly #owner: ProcessRef;
  readonly #claimed: string[] = [];

  constructor(owner: ProcessRef) {
    this.#owner = owner;
  }

  /** The preferred port or the next that is free. Throws Problem `start-failed` where 200 in a row are taken. */
  async next(preferred: number): Promise<number> {
    for (let port = preferred; port < preferred + reach; port += 1) {
      const file = path.join(tmpdir(), `incidentfox-port-${port}`);
      // get-port answers another one where this is taken; a claim that cannot be read is somebody else's
      const free = (await getPort({ host: '127.0.0.1', port })) === port;
      const holder = free ? await claim(file, this.#owner).catch(() => this.#owner) : this.#owner;
      if (holder === undefined) {
        this.#claimed.push(file);
        return port;
      }
    }
    throw new Problem(
      'start-failed',
      `No port from ${preferred} to ${preferred + reach - 1} is free`,
      'Free one of them.',
    );
  }

  release(): void {
    for (const file of this.#claimed.splice(0)) rmSync(file, { force: true });
  }
}
