import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { untilHistory } from './support/history.ts';
import { expectRecovered, expectTruth, lateness, resultOf, startWatched, told } from './support/incident.ts';
import { moments } from './support/moments.ts';
import { Rig } from './support/rig.ts';
import { caseTable } from './support/table.ts';

// processes that are paused or gone for good across the deadline; each case in a lab of its own
const report = caseTable('across the deadline');
const active = moments['active'] ?? (() => false);
const input = { scenario: 'payment-failure', duration: '4s' };

/** An incident that is active, and the time of its deadline. */
async function activeIncident(rig: Rig) {
  const incident = await startWatched(rig, 'paymentFailure', input);
  onTestFinished(() => incident.watch.stop());
  await untilHistory(incident.handle, active);
  const { deadline } = (await incident.handle.query('state')) as { deadline: string };
  return { ...incident, deadline: Date.parse(deadline) };
}

async function restoredAtDeadline(name: string, rig: Rig, incident: Awaited<ReturnType<typeof activeIncident>>) {
  const { watch, deadline } = incident;
  await delay(deadline + 3_000 - Date.now());
  expect(watch.isWhole).toBe(true);
  expect(lateness(watch, deadline)).toBeLessThan(3_000);
  return async (what: string) => {
    const result = await resultOf(rig, incident.handle);
    expectTruth(result, watch);
    expectRecovered(result);
    expect(watch.times).toBe(1);
    await rig.whole();
    report({ name: `${name}; ${what}`, late: lateness(watch, deadline), told: told(result) });
  };
}

describe('across the deadline', () => {
  it('the worker is paused', async () => {
    const rig = await Rig.up(onTestFinished);
    const incident = await activeIncident(rig);
    const pid = await rig.kill('worker', 'SIGSTOP');
    const closed = await restoredAtDeadline('worker paused', rig, incident);
    process.kill(pid, 'SIGCONT');
    await closed('goes on');
  });

  it('the supervisor is dead, the worker alive', async () => {
    const rig = await Rig.up(onTestFinished);
    const incident = await activeIncident(rig);
    await rig.kill('supervisor');
    await (
      await restoredAtDeadline('supervisor killed', rig, incident)
    )('nobody brings it back');
  });

  it('the supervisor and the Temporal server are dead, the worker alive', async () => {
    const rig = await Rig.up(onTestFinished);
    const incident = await activeIncident(rig);
    await rig.kill('supervisor');
    await rig.kill('temporal');
    const closed = await restoredAtDeadline('supervisor and Temporal killed', rig, incident);
    await rig.upAgain();
    await closed('the lab comes up again');
  });

  it('everything of the lab is dead, and a command withdraws the fault', async () => {
    const rig = await Rig.up(onTestFinished);
    const incident = await activeIncident(rig);
    for (const part of ['supervisor', 'worker', 'temporal'] as const) await rig.kill(part);
    await delay(incident.deadline + 1_000 - Date.now());
    expect(incident.watch.isWhole).toBe(false);
    const began = Date.now();
    expect((await rig.lab.incident('reconcile')).stdout).toContain('overdue');
    expect(incident.watch.isWhole).toBe(true);
    await rig.upAgain();
    const result = await resultOf(rig, incident.handle);
    expectTruth(result, incident.watch);
    await rig.whole();
    const name = 'all killed, then `incident reconcile` (seconds after it)';
    report({ name, late: lateness(incident.watch, began), told: told(result) });
  });

  it('Temporal is dead, and halt withdraws the fault and ends the incident when it is back', async () => {
    const rig = await Rig.up(onTestFinished);
    const incident = await startWatched(rig, 'paymentFailure', { ...input, duration: '1h' });
    onTestFinished(() => incident.watch.stop());
    await untilHistory(incident.handle, active);
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
    expectTruth(result, incident.watch);
    expect(result.endedBy).toBe('halt');
    await rig.whole();
    report({ name: 'halt while Temporal hangs', late: lateness(incident.watch, began), told: told(result) });
  });
});
