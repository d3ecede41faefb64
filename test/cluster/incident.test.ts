import { beforeAll, expect, it } from 'vitest';
import type { IncidentResult } from '../../workflows/contract.ts';
import { cellTable } from '../support/cells.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { EmbeddedLab } from '../support/lab.ts';
import { Demo } from './support/demo.ts';
import { ClusterIncidents, milliseconds, pastDeadline } from './support/incidents.ts';

const cleanup = fileCleanup();
let demo: Demo;
let lab: EmbeddedLab;
let incidents: ClusterIncidents;

beforeAll(async () => {
  demo = await Demo.up(cleanup);
  lab = await EmbeddedLab.up(cleanup, [], { INCIDENTFOX_ENVIRONMENT: demo.environment });
  incidents = new ClusterIncidents(demo, lab, cellTable('in a cluster'));
});

it('an incident runs from the command line, is seen in the cluster and leaves nothing', async ({ task }) => {
  const { stdout, exitCode } = await lab.incident('payment-failure', '--duration', '3s', '--json');
  const result = JSON.parse(stdout) as IncidentResult;
  expect(result).toMatchObject({
    outcome: 'recovered',
    endedBy: 'deadline',
    flag: 'paymentFailure',
    overwritten: null,
  });
  expect(exitCode).toBe(0);
  expect(result.after).toEqual(result.before);
  incidents.inTime(task.meta, result.id, result, milliseconds(result.deadline), 1_000);
  await incidents.whole();
});

it('the API server is killed before the deadline and back after it', async ({ task }) => {
  const { id, deadline } = await incidents.active('cart-failure', '4s');
  await demo.plane.signalApiServer('SIGKILL');
  await pastDeadline(deadline, 2_000);
  await demo.plane.startApiServer();
  expect(await incidents.endedSoon(task.meta, id)).toMatchObject({ outcome: 'recovered', endedBy: 'deadline' });
});

it('the API server is paused over the deadline', async ({ task }) => {
  const { id, deadline } = await incidents.active('ad-failure', '4s');
  await demo.plane.signalApiServer('SIGSTOP');
  await pastDeadline(deadline, 4_000);
  await demo.plane.signalApiServer('SIGCONT');
  expect(await incidents.endedSoon(task.meta, id)).toMatchObject({ outcome: 'recovered', endedBy: 'deadline' });
});

it('the worker is killed in the middle and the pod of flagd replaced', async () => {
  const { id } = await incidents.active('image-slow-load', '6s');
  process.kill(lab.at.worker.pid, 'SIGKILL');
  await demo.deletePod();
  expect(await incidents.ended(id)).toMatchObject({ outcome: 'recovered', endedBy: 'deadline' });
  await incidents.whole();
});

it('a workflow that is terminated leaves its fault to the reconciler', async () => {
  const { id } = await incidents.active('ad-high-cpu', '1h');
  const { Client, Connection } = await import('@temporalio/client');
  const connection = await Connection.connect({ address: lab.at.temporal.address });
  await new Client({ connection }).workflow.getHandle(id).terminate('by the test');
  await connection.close();
  await incidents.whole();
  expect(await incidents.ended(id)).toMatchObject({ endedBy: 'ownerless', withdrawnBy: 'reconciler' });
});

it('halt withdraws from both copies, with the API server alone', async ({ task }) => {
  const { id } = await incidents.active('email-memory-leak', '1h');
  const began = Date.now();
  const halted = await lab.json<{ verified: boolean }>('halt', '--reason', 'test');
  expect(halted.verified).toBe(true);
  await incidents.whole();
  incidents.inTime(task.meta, 'halt', await incidents.ended(id), began, 2_000);
  expect((await lab.incident('payment-failure', '--json')).exitCode).toBe(3);
  await lab.incident('resume');
});
