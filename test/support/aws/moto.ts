import { inject } from 'vitest';
import { freePort } from '../../../bench/free-port.ts';
import { serve } from '../../../bench/serve.ts';
import type { Cleanup } from '../flags.ts';
import { pythonTool } from '../python-tools.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** the endpoints of a suite's own, one for each process that runs its files */
    motos: string[];
  }
}

/** moto's server: AWS in memory. */
export class Moto {
  readonly endpoint: string;

  private constructor(endpoint: string) {
    this.endpoint = endpoint;
  }

  /** One that is started for the caller, and ended with it. */
  static async up(cleanup: Cleanup): Promise<Moto> {
    const { file, args, env } = await pythonTool('moto.server');
    const port = await freePort();
    const moto = new Moto(`http://127.0.0.1:${port}`);
    const command = [file, ...args, '-H', '127.0.0.1', '-p', String(port)] as const;
    const { end } = await serve('moto', [...command], () => moto.#call('GET', 'data.json'), env);
    cleanup(end);
    return moto;
  }

  /** The suite's own of this process, which runs one file at a time; each empties it before its tests. */
  static shared(): Moto {
    const number = Number(process.env['VITEST_POOL_ID']);
    const endpoint = inject('motos')[number - 1];
    if (endpoint === undefined) throw new Error(`there is no moto for the process ${number} of the suite`);
    return new Moto(endpoint);
  }

  /** An empty account again. */
  async reset(): Promise<void> {
    await this.#call('POST', 'reset');
  }

  async #call(method: string, name: string): Promise<true> {
    const response = await fetch(`${this.endpoint}/moto-api/${name}`, { method, signal: AbortSignal.timeout(10_000) });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`moto answers ${response.status}`);
    return true;
  }
}
