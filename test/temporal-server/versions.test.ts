import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { beforeAll, expect, it, vi } from 'vitest';
import { freePort } from '../../bench/free-port.ts';
import type { Child } from '../../activities/command.ts';
import { projectRoot } from '../../environments/root.ts';
import { findTemporalCli } from '../../lab/tools/temporal.ts';
import { taskQueues } from '../../workflows/contract.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { SharedLab } from './support/shared-lab.ts';

const cleanup = fileCleanup();
const patience = { timeout: 60_000, interval: 100 };
const deploymentName = taskQueues('team').main;
let client: Client;
let lab: SharedLab;
let rollback: Child;
let previous: Child;
let next: Child;

beforeAll(async () => {
  const executable = { type: 'existing-path', path: await findTemporalCli() } as const;
  const server = await TestWorkflowEnvironment.createLocal({
    server: { executable, port: await freePort(), log: { format: 'pretty', level: 'error' } },
  });
  cleanup(() => server.teardown());
  ({ client } = server);
  lab = await SharedLab.up(cleanup, server.address);
  rollback = lab.worker({ INCIDENTFOX_QUEUES: 'rollback', TEMPORAL_WORKER_BUILD_ID: 'ignored' });
  previous = lab.worker({ ...lifecycle, TEMPORAL_WORKER_BUILD_ID: '0.1.0' });
  await makeCurrent('0.1.0');
});

const lifecycle = { INCIDENTFOX_QUEUES: 'lifecycle', INCIDENTFOX_SHUTDOWN_GRACE: '10s' };
const [summary, nextSummary] = ['see that it is gone', 'see, anew, that it is gone'];

/** This build as another version: what it calls a step tells who has run it. */
async function nextVersion(): Promise<string> {
  const root = await temporaryDirectory(cleanup);
  const dist = path.join(root, 'dist');
  await cp(path.join(projectRoot, 'dist'), dist, { recursive: true });
  for (const name of ['node_modules', 'package.json', 'environments', 'scenarios'])
    await symlink(path.join(projectRoot, name), path.join(root, name));
  const bundle = path.join(dist, 'workflows/bundle.generated.cjs');
  const code = await readFile(bundle, 'utf8');
  expect(code).toContain(summary);
  await writeFile(bundle, code.replaceAll(summary, nextSummary));
  return dist;
}

/** As `temporal worker deployment set-current-version` does; refused until a worker of that version polls. */
async function makeCurrent(buildId: string): Promise<void> {
  await vi.waitFor(
    () => client.workflowService.setWorkerDeploymentCurrentVersion({ namespace: 'default', deploymentName, buildId }),
    patience,
  );
}

/** By whom an incident was run: the versions that had its workflow tasks, in order, and who withdrew its fault. */
async function runBy(id: string): Promise<{ versions: string[]; withdrawnBy: string; verifying: string }> {
  const { events } = await client.workflow.getHandle(id).fetchHistory();
  const versions: string[] = [];
  let [withdrawnBy, verifying] = ['', ''];
  for (const { eventId, workflowTaskCompletedEventAttributes: done, ...event } of events ?? []) {
    const buildId = done?.deploymentVersion?.buildId ?? '';
    if (done && versions.at(-1) !== buildId) versions.push(buildId);
    const type = event.activityTaskScheduledEventAttributes?.activityType?.name;
    if (type === 'verify') verifying = JSON.parse(String(event.userMetadata?.summary?.data)) as string;
    if (type !== 'withdraw') continue;
    const started = events?.find(
      (each) => String(each.activityTaskStartedEventAttributes?.scheduledEventId) === String(eventId),
    );
    withdrawnBy = started?.activityTaskStartedEventAttributes?.identity ?? '';
  }
  return { versions, withdrawnBy, verifying };
}

async function end(id: string): Promise<void> {
  const { stdout, exitCode } = await lab.incident('stop', id, '--json');
  expect([JSON.parse(stdout), exitCode]).toEqual([
    expect.objectContaining({ outcome: 'recovered', endedBy: 'stop' }),
    0,
  ]);
  expect(await lab.document()).toBe(lab.original);
}

it('an incident of the previous version ends right on the next one, while both serve', async () => {
  const first = await lab.breakIt();
  next = lab.worker({ ...lifecycle, TEMPORAL_WORKER_BUILD_ID: '0.2.0' }, await nextVersion());
  await makeCurrent('0.2.0');
  const second = await lab.breakIt('cart-failure');
  await lab.incident('stop', second);
  await end(first);
  expect(await runBy(first)).toEqual({
    versions: ['0.1.0', '0.2.0'],
    withdrawnBy: expect.stringMatching(`^${rollback.pid}@`) as string,
    verifying: nextSummary,
  });
  expect((await runBy(second)).versions).toEqual(['0.2.0']);
  expect([previous, next].map(({ exitCode }) => exitCode ?? 'serves')).toEqual(['serves', 'serves']);
});

it('where the next version is taken back, its incidents end on the previous one', async () => {
  const id = await lab.breakIt();
  await makeCurrent('0.1.0');
  await end(id);
  expect(await runBy(id)).toMatchObject({ versions: ['0.2.0', '0.1.0'], verifying: summary });
});

it('no withdrawal waits for a worker of any version', async () => {
  const id = await lab.breakIt('payment-failure', '20s');
  for (const worker of [previous, next]) {
    worker.kill('SIGTERM');
    expect(await worker).toMatchObject({ exitCode: 0 });
  }
  // Its workflow has nobody; the rollback queue's worker sees to the ledger as well.
  await expect.poll(() => lab.document(), { timeout: 60_000 }).toBe(lab.original);
  lab.worker({ ...lifecycle, TEMPORAL_WORKER_BUILD_ID: '0.1.0' });
  await vi.waitFor(
    async () => expect(await lab.state(id)).toMatchObject({ phase: 'closed', outcome: 'recovered' }),
    patience,
  );
});

it('commands bring nothing up where the workers are elsewhere', async () => {
  const { stdout, exitCode } = await lab.lab('up', '--detach', '--json');
  expect([JSON.parse(stdout), exitCode]).toMatchObject([{ error: { code: 'bad-usage' } }, 2]);
});
