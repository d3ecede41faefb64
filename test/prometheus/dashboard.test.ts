import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { beforeAll, expect, it, vi } from 'vitest';
import { freePort } from '../../bench/free-port.ts';
import { projectRoot } from '../../environments/root.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { EmbeddedLab } from '../support/lab.ts';
import { Prometheus } from './support/prometheus.ts';

// what Grafana would ask, asked of a real Prometheus that looks at a real lab
const cleanup = fileCleanup();
const patience = { timeout: 60_000, interval: 500 };
const { panels } = JSON.parse(
  readFileSync(path.join(projectRoot, 'observability/grafana/incidentfox.json'), 'utf8'),
) as {
  panels: { title: string; targets?: { refId: string; expr: string }[] }[];
};
const asked = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ refId, expr }): [panel: string, query: string] => [`${title} ${refId}`, inserted(expr)]),
);

/** An expression with what Grafana puts in its variables' places. */
function inserted(expression: string): string {
  return expression.replaceAll('$environment', '.*').replaceAll('$__rate_interval', '1m').replaceAll('$__range', '5m');
}

let prometheus: Prometheus;

beforeAll(async () => {
  const address = `127.0.0.1:${await freePort()}`;
  const lab = await EmbeddedLab.withoutShop(cleanup, { env: { INCIDENTFOX_METRICS: address } });
  // it has scraped before anything happens: a counter that begins with its first event was never at 0 there
  prometheus = await Prometheus.on(address, cleanup);
  await lab.incident('payment-failure', '--duration', '2s');
  await lab.incident('payment-failure', '--variant', 'no such variant');
  await failTask(lab);
});

/** Has a workflow task fail: no worker knows this workflow. */
async function failTask({ at }: EmbeddedLab): Promise<void> {
  const connection = await Connection.connect({ address: at.temporal.address });
  cleanup(() => connection.close());
  const { workflow } = new Client({ connection });
  const stranger = { taskQueue: 'incidentfox-embedded', workflowId: 'stranger' };
  await workflow.start('nobodyKnowsThis', stranger);
}

it.each(asked)('%s has something to show', async (_panel, query) => {
  await vi.waitFor(async () => expect(await prometheus.query(query)).not.toEqual([]), patience);
});

it('an incident and a refusal are counted from the first on', async () => {
  const [query = ''] = asked.filter(([panel]) => panel.startsWith('By scenario')).map(([, text]) => text);
  await vi.waitFor(async () => {
    const counted = (await prometheus.query(query)).map(({ metric, value }) => ({ ...metric, count: value[1] }));
    expect(counted).toEqual(
      expect.arrayContaining([
        { scenario: 'payment-failure', outcome: 'recovered', ended_by: 'deadline', count: '1' },
        { scenario: 'unknown', outcome: 'refused', ended_by: 'failure', count: '1' },
      ]),
    );
    expect(counted).toHaveLength(2);
  }, patience);
});
