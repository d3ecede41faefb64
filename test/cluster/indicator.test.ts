import { beforeAll, expect, it, vi } from 'vitest';
import { OfrepWitness } from '../../activities/probes/ofrep.ts';
import { PrometheusIndicators } from '../../activities/probes/prometheus.ts';
import { loadCatalogue } from '../../scenarios/catalogue.ts';
import type { IncidentResult, Receipt } from '../../workflows/contract.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { EmbeddedLab } from '../support/lab.ts';
import { patience } from './support/control-plane.ts';
import { Demo } from './support/demo.ts';
import { runPrometheus } from './support/prometheus.ts';

const cleanup = fileCleanup();
const query = 'max(jvm_cpu_recent_utilization_ratio{service_name="ad"})';
let demo: Demo;
let lab: EmbeddedLab;

beforeAll(async () => {
  demo = await Demo.up(cleanup);
  const { ofrep, prometheus } = demo.plane.podPorts;
  const witness = new OfrepWitness(`http://127.0.0.1:${ofrep}`);
  // the ad service's CPU, as the flag has it
  const value = async (): Promise<number> => ((await witness.evaluate('adHighCpu', {})).value === true ? 0.95 : 0.05);
  const labels = { service_name: 'ad' };
  await runPrometheus(prometheus, { name: 'jvm_cpu_recent_utilization_ratio', labels, value }, cleanup);
  lab = await EmbeddedLab.up(cleanup, [], { INCIDENTFOX_ENVIRONMENT: demo.environment });
});

it("the incident's result has the value before, during and after, and that it is back", async () => {
  // what cannot be read in time is left out of the result: this is about a Prometheus that can
  await vi.waitUntil(async () => (await read(demo.plane.podPorts.prometheus, query)).value === 0.05, patience);
  const { stdout, exitCode } = await lab.incident('ad-high-cpu', '--duration', '12s', '--json');
  const { receipts } = JSON.parse(stdout) as IncidentResult;
  expect(exitCode).toBe(0);
  expect(receipts.filter(({ witness }) => witness === 'indicator')).toMatchObject([
    { moment: 'before', value: 0.05, low: 0.05, high: 0.05, faulty: false },
    { moment: 'during', value: 0.95, faulty: true },
    { moment: 'after', value: 0.05, faulty: false, back: true },
  ]);
});

const { signal } = new AbortController();

async function read(port: number, asked: string): Promise<Receipt> {
  const indicators = new PrometheusIndicators(() => Promise.resolve(`http://127.0.0.1:${port}/`));
  return await indicators.read(
    { title: 'a query', query: asked, service: 'ad', signal: 'cpu', above: 1 },
    'before',
    signal,
  );
}

it.each(loadCatalogue().scenarios)('Prometheus takes the query of $name', async ({ indicator: { promql } }) => {
  for (const each of typeof promql === 'string' ? [promql] : Object.values(promql)) {
    expect(await read(demo.plane.podPorts.prometheus, each)).toHaveProperty('value');
  }
});

it('says so where it does not, and where there is no Prometheus', async () => {
  await expect(read(demo.plane.podPorts.prometheus, 'sum(')).rejects.toThrow('Prometheus refuses the query: ');
  await expect(read(1, 'up')).rejects.toThrow('fetch failed');
});
