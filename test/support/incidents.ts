import { copyFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Client, type WorkflowHandle } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { onTestFinished, vi } from 'vitest';
import { freePort } from '../../bench/free-port.ts';
import { ServerClock } from '../../activities/clock.ts';
import type { FlagStore } from '../../activities/flags/store.ts';
import { openTarget } from '../../activities/target.ts';
import { loadEnvironment } from '../../environments/load.ts';
import { projectRoot } from '../../environments/root.ts';
import { findTemporalCli } from '../../lab/tools/temporal.ts';
import { findTestServer } from '../../lab/tools/test-server.ts';
import { workerSettings } from '../../worker/settings.ts';
import { createWorkers } from '../../worker/workers.ts';
import {
  incidentWorkflowType,
  type IncidentResult,
  type IncidentState,
  messages,
  taskQueues,
} from '../../workflows/contract.ts';
import { flagDaemon } from './daemon.ts';
import { type Cleanup, temporaryDirectory } from './flags.ts';

// Refusals are expected here; the SDK would print a stack trace for each.
Runtime.install({ logger: new DefaultLogger('ERROR') });

/** A lab without a shop: the real workers, flag store and flag daemon. */
export interface TestLab {
  env: TestWorkflowEnvironment;
  store: FlagStore;
  /** the flag document as it was before any incident */
  original: string;
  document(): Promise<string>;
  /** states of the ledger's records */
  records(): Promise<string[]>;
  start(input: unknown, workflowId?: string): Promise<WorkflowHandle>;
  run(input: unknown): Promise<IncidentResult>;
  /** lets the time-skipping server's clock jump until the incident is over; nothing else may be under way */
  skipToEnd(handle: WorkflowHandle): Promise<IncidentResult>;
}

/**
 * On the time-skipping server, or on the dev server that labs have: the former forgets an activity that completes while it is
 * being cancelled (ACTIVITY_UNKNOWN), and fails workflow tasks from then on. `cleanup` takes what is to be done at the end:
 * of the test, or of a file whose tests share the lab.
 */
export async function testLab({
  server = 'time-skipping',
  daemonFile,
  cleanup = onTestFinished,
}: { server?: 'time-skipping' | 'dev'; daemonFile?: string; cleanup?: Cleanup } = {}): Promise<TestLab> {
  const file = path.join(await temporaryDirectory(cleanup), 'demo.flagd.json');
  await copyFile(path.join(projectRoot, 'lab/flags/demo-3.0.0.flagd.json'), file);
  const original = await readFile(file, 'utf8');
  const [ofrep, env] = await Promise.all([
    flagDaemon(daemonFile ?? file, cleanup),
    server === 'dev' ? devServer() : timeSkippingServer(),
  ]);
  const environment = loadEnvironment('embedded', {
    INCIDENTFOX_FLAGS: file,
    INCIDENTFOX_OFREP: ofrep,
    INCIDENTFOX_SHOP: '',
  });
  const clock = new ServerClock();
  const lab = await openTarget(environment, () => clock.now());
  const { store } = lab;
  const { connection, nativeConnection: native, namespace = 'default' } = env;
  const connected = { connection, native, namespace, address: env.address, cluster: 'test' };
  const workers = await createWorkers(environment, connected, lab, clock, workerSettings('test', {}));
  const running = workers.map((worker) => worker.run());
  cleanup(async () => {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
    await env.teardown();
  });

  // not env.client: that lets time jump whenever a result is waited for
  const client = new Client({ connection, namespace });
  let count = 0;
  const start: TestLab['start'] = async (input, workflowId) => {
    count += 1;
    return await client.workflow.start(incidentWorkflowType, {
      taskQueue: taskQueues('embedded').main,
      workflowId: workflowId ?? `incident-test-${count}`,
      args: [input],
    });
  };
  return {
    env,
    store,
    original,
    document: () => readFile(file, 'utf8'),
    records: async () => (await store.read()).records().map(({ state }) => state),
    start,
    run: async (input) => (await (await start(input)).result()) as IncidentResult,
    skipToEnd: async ({ workflowId }) => (await env.client.workflow.getHandle(workflowId).result()) as IncidentResult,
  };
}

export async function timeSkippingServer(): Promise<TestWorkflowEnvironment> {
  const executable = { type: 'existing-path', path: await findTestServer() } as const;
  return await TestWorkflowEnvironment.createTimeSkipping({ server: { executable, port: await freePort() } });
}

/** The dev server that labs have, in memory. */
export async function devServer(): Promise<TestWorkflowEnvironment> {
  const executable = { type: 'existing-path', path: await findTemporalCli() } as const;
  return await TestWorkflowEnvironment.createLocal({ server: { executable, port: await freePort() } });
}

export async function stateOf(handle: WorkflowHandle): Promise<IncidentState> {
  return await handle.query<IncidentState>(messages.state);
}

/** Waits in real time until the incident is in that phase; the server's clock stands still meanwhile. */
export async function reached(handle: WorkflowHandle, phase: IncidentState['phase']): Promise<IncidentState> {
  return await vi.waitFor(
    async () => {
      const state = await stateOf(handle);
      if (state.phase !== phase) throw new Error(`is ${state.phase}`);
      return state;
    },
    { timeout: 60_000, interval: 20 },
  );
}
