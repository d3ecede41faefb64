import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Fastify from 'fastify';
import { Gauge, Registry } from 'prom-client';
import { vi } from 'vitest';
import { start } from '../../../activities/command.ts';
import { type Cleanup, temporaryDirectory } from '../../support/flags.ts';
import { patience } from './control-plane.ts';

const host = '127.0.0.1';

/** A real Prometheus on `port`, and one gauge that it reads four times a second. */
export async function runPrometheus(
  port: number,
  gauge: { name: string; labels: Record<string, string>; value: () => Promise<number> },
  cleanup: Cleanup,
): Promise<void> {
  const program = process.env['PROMETHEUS_PATH'] ?? '/usr/bin/prometheus';
  if (!existsSync(program))
    throw new Error(`${program} is missing: install Debian's prometheus, or set PROMETHEUS_PATH`);
  const registry = new Registry();
  const names = Object.keys(gauge.labels);
  const shown = new Gauge({ name: gauge.name, help: 'of the test', labelNames: names, registers: [registry] });
  const app = Fastify({ forceCloseConnections: true });
  app.get('/metrics', async () => {
    shown.set(gauge.labels, await gauge.value());
    return await registry.metrics();
  });
  const target = new URL(await app.listen({ host, port: 0 })).host;
  const directory = await temporaryDirectory(cleanup);
  const file = path.join(directory, 'prometheus.json');
  const job = {
    job_name: 'shop',
    scrape_interval: '250ms',
    scrape_timeout: '250ms',
    static_configs: [{ targets: [target] }],
  };
  writeFileSync(file, JSON.stringify({ scrape_configs: [job] }));
  const args = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${directory}/data`,
    `--web.listen-address=${host}:${port}`,
  ];
  const child = start(program, args);
  cleanup(async () => {
    child.kill('SIGKILL');
    await child;
    await app.close();
  });
  await vi.waitFor(async () => {
    const { data } = (await (await fetch(`http://${host}:${port}/api/v1/query?query=${gauge.name}`)).json()) as {
      data: { result: unknown[] };
    };
    if (data.result.length === 0) throw new Error('nothing was read yet');
  }, patience);
}
