import getPort from 'get-port';
import { vi } from 'vitest';
import { start } from '../../../activities/command.ts';
import type { Cleanup } from '../flags.ts';
import { pythonTool } from '../python-tools.ts';

/** moto's server: AWS in memory, for one test file. */
export class Moto {
  readonly endpoint: string;

  private constructor(endpoint: string) {
    this.endpoint = endpoint;
  }

  static async up(cleanup: Cleanup): Promise<Moto> {
    const { file, args, env } = await pythonTool('moto.server');
    const port = await getPort();
    const moto = new Moto(`http://127.0.0.1:${port}`);
    const child = start(file, [...args, '-H', '127.0.0.1', '-p', String(port)], { env });
    cleanup(async () => {
      child.kill('SIGKILL');
      await child;
    });
    await vi.waitFor(() => moto.#call('GET', 'data.json'), { timeout: 60_000, interval: 100 });
    return moto;
  }

  /** An empty account again. */
  async reset(): Promise<void> {
    await this.#call('POST', 'reset');
  }

  async #call(method: string, name: string): Promise<void> {
    const response = await fetch(`${this.endpoint}/moto-api/${name}`, { method, signal: AbortSignal.timeout(10_000) });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`moto answers ${response.status}`);
  }
}
