import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, type TaskMeta, vi } from 'vitest';
import type { Cleanup } from '../support/flags.ts';
import { holding } from './support/history.ts';
import {
  expectRecovered,
  expectTruth,
  incidentTable,
  resultOf,
  startWatched,
  type Watched,
} from './support/incident.ts';
import { Rig } from './support/rig.ts';

// processes that are paused or gone for good across the deadline; each case in a lab of its own
const report = incidentTable('across the deadline');
const input = { scenario: 'payment-failure', duration: '6s' };

/** An incident that is active, and the time of its deadline. */
async function activeIncident(rig: Rig, cleanup: Cleanup) {
  const incident = await startWatched(rig, 'paymentFailure', input);
  cleanup(() => Promise.resolve(incident.watch.stop()));
  await rig.reaches(incident.handle, holding);
  const { deadline } = (await incident.handle.query('state')) as { deadline: string };
  return { ...incident, deadline: Date.parse(deadline) };
}

/** Waits until the fault is gone, with the processes still as they are; answers how its end is judged once the incident has one. */
async function rolledBack(meta: TaskMeta, name: string, rig: Rig, { handle, watch }: Watched) {
  await vi.waitUntil(() => watch.isWhole, { timeout: 120_000, interval: 20 });
  return async () => {
    const result = await resultOf(rig, handle);
    expectTruth(rig, result, watch);
    expectRecovered(result);
    expect(watch.times).toBe(1);
    await rig.whole();
    report(meta, name, { rig, watch, result });
  };
}

/**
 * Keeps the port of a lab's dead server from other labs, which start meanwhile: the worker that is alive would find another's server
 * there, and do its work. A lab holds its ports only as long as its supervisor lives.
 */
async function holdPort({ lab }: Rig): Promise<() => Promise<void>> {
  const server = createServer((socket) => socket.destroy());
  const port = Number(new URL(`tcp://${lab.at.temporal.address}`).port);
  await vi.waitFor(async () => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  }, 60_000);
  return async () => {
    server.close();
    await once(server, 'close');
  };
}

describe.concurrent('across the deadline', () => {
  it('the worker is paused', async ({ task, onTestFinished }) => {
    const rig = await Rig.up(onTestFinished);
    const incident = await activeIncident(rig, onTestFinished);
    const pid = await rig.kill('worker', 'SIGSTOP');
    const closed = await rolledBack(task.meta, 'worker paused; resumes', rig, incident);
    process.kill(pid, 'SIGCONT');
    await closed();
  });

  it('the supervisor is dead, the worker alive', async ({ task, onTestFinished }) => {
    const rig = await Rig.up(onTestFinished);
    const incident = await activeIncident(rig, onTestFinished);
    await rig.kill('supervisor');
    const closed = await rolledBack(task.meta, 'supervisor killed; nobody brings it back', rig, incident);
    await closed();
  });

  it('the supervisor and the Temporal server are dead, the worker alive', async ({ task, onTestFinished }) => {
    const rig = await Rig.up(onTestFinished);
    const incident = await activeIncident(rig, onTestFinished);
    await rig.kill('supervisor');
    await rig.kill('temporal');
    const release = await holdPort(rig);
    const name = 'supervisor and Temporal killed; the lab comes up again';
    const closed = await rolledBack(task.meta, name, rig, incident);
    await release();
    await rig.upAgain();
    await closed();
  });

  it('everything of the lab is dead, and a command withdraws the fault', async ({ task, onTestFinished }) => {
    const rig = await Rig.up(onTestFinished);
    const incident = await activeIncident(rig, onTestFinished);
    for (const part of ['supervisor', 'worker', 'temporal'] as const) await rig.kill(part);
    await delay(incident.deadline + 1_000 - Date.now());
    expect(incident.watch.isWhole).toBe(false);
    const began = Date.now();
    expect((await rig.lab.incident('reconcile')).stdout).toContain('overdue');
    expect(incident.watch.isWhole).toBe(true);
    await rig.upAgain();
    const result = await resultOf(rig, incident.handle);
    expectTruth(rig, result, incident.watch);
    await rig.whole();
    const name = 'all killed, then `incident reconcile` (seconds after it)';
    report(task.meta, name, { rig, watch: incident.watch, result, due: began, within: Infinity });
  });

  it('Temporal is dead, and halt withdraws the fault and ends the incident when it is back', async ({
    task,
    onTestFinished,
  }) => {
    const rig = await Rig.up(onTestFinished);
    const incident = await startWatched(rig, 'paymentFailure', { ...input, duration: '1h' });
    onTestFinished(() => incident.watch.stop());
    await rig.reaches(incident.handle, holding);
    const pid = await rig.kill('temporal', 'SIGSTOP');
    const began = Date.now();
    const { exitCode, stdout } = await rig.lab.incident('halt', '--json');
    expect({ exitCode, left: (JSON.parse(stdout) as { notEnded: string[] }).notEnded }).toEqual({
      exitCode: 0,
      left: [incident.handle.workflowId],
    });
    expect(incident.watch.isWhole).toBe(true);
    process.kill(pid, 'SIGCONT');
    const result = await resultOf(rig, incident.handle);
    expectTruth(rig, result, incident.watch);
    expect(result.endedBy).toBe('halt');
    await rig.whole();
    const halted = { rig, watch: incident.watch, result, due: began, within: 10_000 };
    report(task.meta, 'halt while Temporal hangs', halted);
  });
});
