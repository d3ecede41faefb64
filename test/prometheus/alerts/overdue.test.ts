import { expect, it, onTestFinished, vi } from 'vitest';
import { freePort } from '../../../bench/free-port.ts';
import { run } from '../../../activities/command.ts';
import { EmbeddedLab } from '../../support/lab.ts';
import { scrape } from '../../support/metrics.ts';
import { promtool } from '../support/promtool.ts';
import { SeenProcess } from '../../support/seen-process.ts';
import { Prometheus } from '../support/prometheus.ts';

const patience = { timeout: 80_000, interval: 500 };

it('a record that a real worker cannot withdraw fires the alert at a real Prometheus, until it can', async () => {
  const worker = await SeenProcess.on('worker', onTestFinished);
  await worker.breakFor(5_000);
  const mend = await worker.blockChanges();
  await worker.startServing(onTestFinished);
  const prometheus = await Prometheus.on(worker.address, onTestFinished);

  await vi.waitFor(
    async () => expect(await alertsAt(prometheus)).toContain('IncidentfoxOverdueRecord embedded'),
    patience,
  );
  await mend();
  await vi.waitFor(async () => expect(await alertsAt(prometheus)).toEqual([]), patience);
});

it('what a lab serves is as Prometheus wants it', async () => {
  const address = `127.0.0.1:${await freePort()}`;
  const lab = await EmbeddedLab.withoutShop(onTestFinished, { env: { INCIDENTFOX_METRICS: address } });
  await lab.incident('payment-failure', '--duration', '1s');
  const input = await scrape(address);
  expect(input).toContain('incidentfox_incidents_total{');
  expect(input).toContain('temporal_workflow_completed_total{');
  await expect(run(promtool(), ['check', 'metrics'], { input })).resolves.toMatchObject({ exitCode: 0 });
});

/** Names and environments of the alerts that fire there. */
async function alertsAt(prometheus: Prometheus): Promise<string[]> {
  const { alerts } = await prometheus.ask<{
    alerts: { state: string; labels: { alertname: string; environment?: string } }[];
  }>('alerts');
  const firing = alerts.filter(({ state }) => state === 'firing');
  return firing.map(({ labels: { alertname, environment } }) => `${alertname} ${environment ?? ''}`.trim());
}
