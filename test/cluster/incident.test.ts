import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { IncidentResult } from '../../workflows/contract.ts';
import type { Cleanup } from '../support/flags.ts';
import { EmbeddedLab } from '../support/lab.ts';
import { patience } from './support/control-plane.ts';
import { Demo, shippedText } from './support/demo.ts';

const cleanups: (() => Promise<void>)[] = [];
const cleanup: Cleanup = (work) => void cleanups.unshift(work);
let demo: Demo;
let lab: EmbeddedLab;

beforeAll(async () => {
  demo = await Demo.up(cleanup);
  lab = await EmbeddedLab.up(cleanup, [], { INCIDENTFOX_ENVIRONMENT: demo.environment });
});
afterAll(async () => {
  for (const work of cleanups) await work();
});

const milliseconds = (time: string | null): number => Date.parse(time ?? '');

/** Starts an incident and resolves when its fault was seen. */
async function active(scenario: string, duration: string): Promise<IncidentResult> {
  const { id } = await lab.json<IncidentResult>(scenario, '--duration', duration, '--detach');
  return await vi.waitFor(async () => {
    const state = await statusOf(id);
    expect(state.phase).toBe('active');
    return state;
  }, patience);
}

async function statusOf(id: string): Promise<IncidentResult> {
  const [state, ...others] = await lab.json<IncidentResult[]>('status', id);
  if (!state || others.length > 0) throw new Error(`status ${id}: ${JSON.stringify(state)}`);
  return state;
}

async function ended(id: string): Promise<IncidentResult> {
  return await vi.waitFor(async () => {
    const state = await statusOf(id);
    expect(state.phase).toBe('closed');
    return state;
  }, patience);
}

/** Waits until `ms` after an incident's deadline. */
async function pastDeadline(deadline: string | null, ms: number): Promise<void> {
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(milliseconds(deadline) + ms), patience);
}

/** How an incident ends whose cluster is back as of now: its fault must be withdrawn within the promised 5 s. */
async function endedSoon(id: string): Promise<IncidentResult> {
  const back = Date.now();
  const result = await ended(id);
  expect(milliseconds(result.withdrawnAt) - back).toBeLessThan(5_000);
  await whole();
  return result;
}

/** Both copies are as the release has them, and no record is open. */
async function whole(): Promise<void> {
  await vi.waitFor(
    () =>
      demo.withTarget(async ({ store, witness }) => {
        expect((await store.read()).open()).toEqual([]);
        expect(await witness.markers()).toEqual(new Map());
        expect(JSON.parse(await demo.durable())).toEqual(JSON.parse(shippedText));
        expect(await demo.live()).toEqual((JSON.parse(shippedText) as { flags: unknown }).flags);
      }),
    patience,
  );
}

it('an incident runs from the command line, is seen in the cluster and leaves nothing', async () => {
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
  expect(milliseconds(result.withdrawnAt) - milliseconds(result.deadline)).toBeLessThan(1_000);
  await whole();
});

it('the API server is killed before the deadline and back after it', async () => {
  const { id, deadline } = await active('cart-failure', '4s');
  await demo.plane.signalApiServer('SIGKILL');
  await pastDeadline(deadline, 2_000);
  await demo.plane.startApiServer();
  expect(await endedSoon(id)).toMatchObject({ outcome: 'recovered', endedBy: 'deadline' });
});

it('the API server is paused over the deadline', async () => {
  const { id, deadline } = await active('ad-failure', '4s');
  await demo.plane.signalApiServer('SIGSTOP');
  await pastDeadline(deadline, 4_000);
  await demo.plane.signalApiServer('SIGCONT');
  expect(await endedSoon(id)).toMatchObject({ outcome: 'recovered', endedBy: 'deadline' });
});

it('the worker is killed in the middle and the pod of flagd replaced', async () => {
  const { id } = await active('image-slow-load', '6s');
  process.kill(lab.at.worker.pid, 'SIGKILL');
  await demo.deletePod();
  expect(await ended(id)).toMatchObject({ outcome: 'recovered', endedBy: 'deadline' });
  await whole();
});

it('a workflow that is terminated leaves its fault to the reconciler', async () => {
  const { id } = await active('ad-high-cpu', '1h');
  const { Client, Connection } = await import('@temporalio/client');
  const connection = await Connection.connect({ address: lab.at.temporal.address });
  await new Client({ connection }).workflow.getHandle(id).terminate('by the test');
  await connection.close();
  await whole();
  expect(await ended(id)).toMatchObject({ endedBy: 'ownerless', withdrawnBy: 'reconciler' });
});

it('halt withdraws from both copies, with the API server alone', async () => {
  const { id } = await active('email-memory-leak', '1h');
  const began = Date.now();
  const halted = await lab.json<{ verified: boolean }>('halt', '--reason', 'test');
  expect(halted.verified).toBe(true);
  await whole();
  const { withdrawnAt } = await ended(id);
  expect(milliseconds(withdrawnAt) - began).toBeLessThan(2_000);
  expect((await lab.incident('payment-failure', '--json')).exitCode).toBe(3);
  await lab.incident('resume');
});
