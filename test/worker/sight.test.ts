import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort } from '../../bench/free-port.ts';
import { projectRoot } from '../../environments/root.ts';
import type { IncidentResult } from '../../workflows/contract.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { type SeenSpan, startCollector, startSilentCollector } from '../support/collector.ts';
import { builtCommand, EmbeddedLab } from '../support/lab.ts';
import { patience } from '../support/patience.ts';
import { namesIn, scrape, valueOf } from '../support/metrics.ts';
import { workerParts } from '../../worker/sight/worker-parts.ts';

const cleanup = fileCleanup();
let lab: EmbeddedLab;
let base: string;
let collector: Awaited<ReturnType<typeof startCollector>>;
/** an incident that its deadline ended, and the one beside it that was refused */
let ended: IncidentResult;

beforeAll(async () => {
  collector = await startCollector(cleanup);
  base = `127.0.0.1:${await freePort()}`;
  lab = await EmbeddedLab.withoutShop(cleanup, {
    env: { INCIDENTFOX_METRICS: base, OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
  });
  ended = await lab.json<IncidentResult>('payment-failure', '--duration', '3s');
  await lab.incident('payment-failure', '--variant', 'no such variant');
});

describe('a lab whose metrics are served', () => {
  it('counts incidents by scenario and outcome, and says how late their rollbacks were', async () => {
    expect(ended.outcome).toBe('recovered');
    await vi.waitFor(async () => {
      const text = await scrape(base);
      const counted = {
        environment: 'embedded',
        scenario: 'payment-failure',
        outcome: 'recovered',
        ended_by: 'deadline',
      };
      expect(valueOf(text, 'incidentfox_incidents_total', counted)).toBe(1);
      // of what a user wrote, nothing is a label
      const refused = { scenario: 'unknown', outcome: 'refused', ended_by: 'failure' };
      expect(valueOf(text, 'incidentfox_incidents_total', refused)).toBe(1);
      expect(valueOf(text, 'incidentfox_rollback_lateness_seconds_count')).toBe(1);
    }, patience);
  });

  it('serves the SDK’s metrics beside its own, and is well', async () => {
    const text = await scrape(base);
    expect(valueOf(text, 'temporal_workflow_completed_total', { environment: 'embedded' })).toBe(1);
    expect(text).toContain('temporal_workflow_task_execution_latency_seconds_bucket{');
    expect((await fetch(`http://${base}/healthz`)).status).toBe(200);
    expect((await fetch(`http://${base}/readyz`)).status).toBe(200);
  });

  it('shows the safety lever', async () => {
    await lab.incident('halt');
    expect(valueOf(await scrape(base), 'incidentfox_halted')).toBe(1);
    await lab.incident('resume');
    expect(valueOf(await scrape(base), 'incidentfox_halted')).toBe(0);
  });
});

describe('dashboard and alerts', () => {
  it('name metrics that are served', async () => {
    // a task that fails, for the counter of those: no worker knows this workflow
    const { connection, workflow } = await clientOf(lab);
    const stranger = await workflow.start('nobodyKnowsThis', {
      taskQueue: 'incidentfox-embedded',
      workflowId: 'stranger',
    });
    const named = ['grafana/incidentfox.json', 'prometheus/alerts.yaml']
      .map((name) => readFileSync(path.join(projectRoot, 'observability', name), 'utf8'))
      .flatMap((text) => [...text.matchAll(/\b(?:incidentfox|temporal)_[a-z_]+[a-z]/g)].map(([name]) => name));
    await vi.waitFor(async () => {
      const served = namesIn(await scrape(base));
      expect([...new Set(named)].filter((name) => !served.has(name))).toEqual([]);
    }, patience);
    await stranger.terminate();
    await connection.close();
  });

  it('are shown for any data source', () => {
    const file = path.join(projectRoot, 'observability/grafana/incidentfox.json');
    const { panels } = JSON.parse(readFileSync(file, 'utf8')) as {
      panels: { id: number; type: string; datasource?: { uid: string } }[];
    };
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const sources = panels.filter(({ type }) => type !== 'row').map(({ datasource }) => datasource?.uid);
    expect(new Set(sources)).toEqual(new Set(['${datasource}']));
  });
});

async function clientOf({ at }: EmbeddedLab): Promise<Client> {
  return new Client({ connection: await Connection.connect({ address: at.temporal.address }) });
}

describe('its traces', () => {
  it('are one for an incident, from the command to the activities', async () => {
    await vi.waitFor(() => {
      const start = spanOf('StartWorkflow:incident');
      expect(start).toMatchObject({ service: 'incidentfox-client', parentSpanId: '' });
      const ofTrace = (name: string): SeenSpan | undefined =>
        collector.spans.find((span) => span.traceId === start?.traceId && span.name === name);
      const workflow = ofTrace('RunWorkflow:incident');
      expect(workflow).toMatchObject({ service: 'incidentfox-worker', parentSpanId: start?.spanId });
      for (const activity of ['resolve', 'record', 'inject', 'witness', 'withdraw', 'verify', 'close']) {
        expect(ofTrace(`StartActivity:${activity}`)).toMatchObject({ parentSpanId: workflow?.spanId });
        expect(ofTrace(`RunActivity:${activity}`)).toMatchObject({
          parentSpanId: ofTrace(`StartActivity:${activity}`)?.spanId,
          attributes: { temporalWorkflowId: ended.id, run_id: ended.runId },
        });
      }
    }, patience);
  });

  it('leave nothing in a history that a worker without them could not go on from', async () => {
    const { connection, workflow } = await clientOf(lab);
    const history = await workflow.getHandle(ended.id).fetchHistory();
    await connection.close();
    const replayed = Worker.runReplayHistory(workerParts().workflows, history, ended.id);
    await expect(replayed).resolves.toBeUndefined();
  });

  it('have no span for each look at an incident', () => {
    expect(collector.spans.filter(({ name }) => /Query|Describe/.test(name))).toEqual([]);
  });

  it('hold nobody up where the collector never answers', async () => {
    const silent = await startSilentCollector(cleanup);
    const env = { ...lab.env, OTEL_EXPORTER_OTLP_ENDPOINT: silent.endpoint };
    const { exitCode } = await builtCommand('incident', ['ad-failure', '--duration', '1s', '--detach'], env);
    expect(exitCode).toBe(0);
    expect(silent.calls()).toBeGreaterThan(0);
  });
});

describe('its log', () => {
  it('tells of an incident’s phases, with workflow and run', async () => {
    const phases = await vi.waitFor(async () => {
      const own = (await logged()).filter(({ workflowId, phase }) => workflowId === ended.id && phase);
      expect(own.at(-1)?.['phase']).toBe('closed');
      return own;
    }, patience);
    expect(phases.map(({ phase }) => phase)).toEqual([
      'recording',
      'injecting',
      'active',
      'rolling-back',
      'verifying',
      'closed',
    ]);
    expect(phases[0]).toMatchObject({ level: 30, runId: ended.runId, workflowType: 'incident' });
    expect(phases.at(-1)).toMatchObject({ outcome: 'recovered', endedBy: 'deadline' });
    const failed = (await logged()).find(({ activityType }) => activityType === 'resolve');
    expect(failed).toMatchObject({
      level: 40,
      attempt: 1,
      runId: expect.any(String),
      err: { type: 'unknown-variant' },
    });
    expect(failed).not.toHaveProperty('taskToken');
  });
});

/** The span of that name of the incident that ended. */
function spanOf(name: string): SeenSpan | undefined {
  return collector.spans.find((span) => span.name === name && span.attributes['temporalWorkflowId'] === ended.id);
}

async function logged(): Promise<Record<string, unknown>[]> {
  const text = await readFile(path.join(lab.directory, 'logs/worker.log'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
