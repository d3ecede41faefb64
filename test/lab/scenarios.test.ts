import { Client, Connection } from '@temporalio/client';
import { beforeAll, describe, it } from 'vitest';
import { loadCatalogue } from '../../scenarios/catalogue.ts';
import type { Scenario } from '../../scenarios/schema.ts';
import { incidentWorkflowType, type IncidentResult, messages, taskQueues } from '../../workflows/contract.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { EmbeddedLab } from '../support/lab.ts';
import { patience } from '../support/patience.ts';

const { scenarios } = loadCatalogue();

/** Scenarios that do not disturb each other's indicators, so that they can be tried together. */
const groups = [
  [
    'payment-failure',
    'ad-failure',
    'cart-failure',
    'product-catalog-failure',
    'email-memory-leak',
    'llm-inaccurate-response',
  ],
  ['payment-unreachable', 'ad-high-cpu', 'recommendation-cache-failure', 'llm-rate-limit', 'intl-shipping-slowdown'],
  ['ad-gc-pressure', 'image-slow-load', 'kafka-queue-problems'],
  ['readiness-probe-failure'],
  ['traffic-flood'],
];

const cleanup = fileCleanup();
let lab: EmbeddedLab;
let client: Client;

beforeAll(async () => {
  lab = await EmbeddedLab.up(cleanup);
  const connection = await Connection.connect({ address: lab.at.temporal.address });
  cleanup(() => connection.close());
  client = new Client({ connection });
});

/** Whether the shop's indicator tells of the fault just now. */
async function isFaulty({ indicator }: Scenario): Promise<boolean> {
  const { service, signal, route } = indicator.embedded;
  const url = new URL('/board/api/indicator', lab.at.shop.url);
  url.search = new URLSearchParams({ service, signal, window: '3', ...(route ? { route } : {}) }).toString();
  const { value } = (await (await fetch(url)).json()) as { value: number | null };
  const { above = Infinity, below = -Infinity } = indicator.faulty;
  return value !== null && (value > above || value < below);
}

it('are all tried', ({ expect }) => {
  expect(groups.flat().toSorted()).toEqual(scenarios.map(({ name }) => name));
});

describe.each(groups.map((names) => ({ names })))('scenarios $names', ({ names }) => {
  it.concurrent.for(scenarios.filter(({ name }) => names.includes(name)))(
    '$name hits the shop, and the shop recovers',
    // Tests that run together need the expect of their own context.
    async (scenario, { expect }) => {
      await expect.poll(() => isFaulty(scenario), { ...patience, interval: 250 }).toBe(false);
      const handle = await client.workflow.start(incidentWorkflowType, {
        taskQueue: taskQueues('embedded').main,
        workflowId: `effect-${scenario.name}`,
        args: [{ scenario: scenario.name, duration: '5m' }],
      });
      await expect.poll(() => isFaulty(scenario), { ...patience, interval: 250 }).toBe(true);
      await handle.signal(messages.stop);
      await expect.poll(() => isFaulty(scenario), { ...patience, interval: 250 }).toBe(false);
      const result = (await handle.result()) as IncidentResult;
      expect(result).toMatchObject({ outcome: 'recovered', endedBy: 'stop' });
      expect(result.after).toEqual(result.before);
    },
  );
});
