import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePort } from '../../../bench/free-port.ts';
import { serve } from '../../../bench/serve.ts';
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
    const address = `127.0.0.1:${await freePort()}`;
    const file = path.join(directory, 'prometheus.json');
    const configuration = {
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      rule_files: [path.join(projectRoot, 'observability/prometheus/alerts.yaml')],
      scrape_configs: [{ job_name: 'incidentfox', static_configs: [{ targets: [target] }] }],
    };
    await writeFile(file, JSON.stringify(configuration));
    const places = [`--storage.tsdb.path=${directory}/data`, `--web.listen-address=${address}`];
    const prometheus = new Prometheus(address);
    const hasScraped = async (): Promise<boolean> => (await prometheus.query('up == 1')).length > 0;
    const command = [prometheusProgram(), `--config.file=${file}`, ...places] as const;
    const { end } = await serve('a Prometheus that has scraped', [...command], hasScraped);
    cleanup(end);
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
}

/** An instant vector's element: its labels, and when it had what value. */
export interface Series {
  metric: Record<string, string>;
  value: [seconds: number, value: string];
}
