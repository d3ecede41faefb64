import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import getPort from 'get-port';
import { vi } from 'vitest';
import { start } from '../../../activities/command.ts';
import { projectRoot } from '../../../environments/root.ts';
import { type Cleanup, temporaryDirectory } from '../../support/flags.ts';
import { prometheusProgram } from './promtool.ts';

/** A Prometheus that scrapes a process of ours every second, with the project's alerts. */
export class Prometheus {
  readonly #address: string;

  private constructor(address: string) {
    this.#address = address;
  }

  /** Starts one that looks at `target` (<host>:<port>), and waits for its first look. */
  static async on(target: string, cleanup: Cleanup): Promise<Prometheus> {
    const directory = await temporaryDirectory(cleanup);
    const address = `127.0.0.1:${await getPort()}`;
    const file = path.join(directory, 'prometheus.json');
    const configuration = {
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      rule_files: [path.join(projectRoot, 'observability/prometheus/alerts.yaml')],
      scrape_configs: [{ job_name: 'incidentfox', static_configs: [{ targets: [target] }] }],
    };
    await writeFile(file, JSON.stringify(configuration));
    const places = [`--storage.tsdb.path=${directory}/data`, `--web.listen-address=${address}`];
    const child = start(prometheusProgram(), [`--config.file=${file}`, ...places]);
    cleanup(async () => {
      child.kill('SIGKILL');
      await child;
    });
    const prometheus = new Prometheus(address);
    await vi.waitFor(() => prometheus.#requireScraped(), { timeout: 30_000, interval: 200 });
    return prometheus;
  }

  /** `data` of what its HTTP API answers. Throws what it says where it refuses. */
  async ask<T>(what: string, parameters: Record<string, string> = {}): Promise<T> {
    const response = await fetch(`http://${this.#address}/api/v1/${what}?${new URLSearchParams(parameters)}`);
    const { data, error } = (await response.json()) as { data: T; error?: string };
    if (error !== undefined) throw new Error(`${error}: ${JSON.stringify(parameters)}`);
    return data;
  }

  /** The series of an expression now. */
  async query(query: string): Promise<Series[]> {
    return (await this.ask<{ result: Series[] }>('query', { query })).result;
  }

  async #requireScraped(): Promise<void> {
    if ((await this.query('up == 1')).length === 0) throw new Error('nothing was scraped yet');
  }
}

/** An instant vector's element: its labels, and when it had what value. */
export interface Series {
  metric: Record<string, string>;
  value: [seconds: number, value: string];
}
