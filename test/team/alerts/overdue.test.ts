import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import getPort from 'get-port';
import { expect, it, onTestFinished, vi } from 'vitest';
import { run, start } from '../../../activities/command.ts';
import { projectRoot } from '../../../environments/root.ts';
import { temporaryDirectory } from '../../support/flags.ts';
import { EmbeddedLab } from '../../support/lab.ts';
import { scrape } from '../../support/metrics.ts';
import { prometheusProgram, promtool } from '../../support/promtool.ts';
import { SeenProcess } from '../../support/seen-process.ts';

const patience = { timeout: 80_000, interval: 500 };

it('a record that a real worker cannot withdraw fires the alert at a real Prometheus, until it can', async () => {
  const worker = await SeenProcess.on('worker', onTestFinished);
  await worker.breakFor(5_000);
  const mend = await worker.blockChanges();
  await worker.startServing(onTestFinished);
  const prometheus = await startPrometheus(worker.address);

  await vi.waitFor(
    async () => expect(await firing(prometheus)).toContain('IncidentfoxOverdueRecord embedded'),
    patience,
  );
  await mend();
  await vi.waitFor(async () => expect(await firing(prometheus)).toEqual([]), patience);
});

it('what a lab serves is as Prometheus wants it', async () => {
  const address = `127.0.0.1:${await getPort()}`;
  const lab = await EmbeddedLab.up(onTestFinished, [], { INCIDENTFOX_METRICS: address });
  await lab.incident('payment-failure', '--duration', '1s');
  const input = await scrape(address);
  expect(input).toContain('incidentfox_incidents_total{');
  expect(input).toContain('temporal_workflow_completed_total{');
  await expect(run(promtool(), ['check', 'metrics'], { input })).resolves.toMatchObject({ exitCode: 0 });
});

/** A Prometheus that looks every second; answers its address. */
async function startPrometheus(target: string): Promise<string> {
  const directory = await temporaryDirectory();
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
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await child;
  });
  return address;
}

/** Names and environments of the alerts that fire there. */
async function firing(prometheus: string): Promise<string[]> {
  const response = await fetch(`http://${prometheus}/api/v1/alerts`);
  const { data } = (await response.json()) as {
    data: { alerts: { state: string; labels: { alertname: string; environment?: string } }[] };
  };
  const alerts = data.alerts.filter(({ state }) => state === 'firing');
  return alerts.map(({ labels: { alertname, environment } }) => `${alertname} ${environment ?? ''}`.trim());
}
