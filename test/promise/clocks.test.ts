import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { temporaryDirectory } from '../support/flags.ts';
import { dyingAt } from './support/dying-at.ts';
import { findFaketime } from './support/faketime.ts';
import { untilHistory } from './support/history.ts';
import { expectRecovered, expectTruth, lateness, resultOf, startWatched, told } from './support/incident.ts';
import { moments } from './support/moments.ts';
import { Rig } from './support/rig.ts';
import { caseTable } from './support/table.ts';
import { startWorker } from './support/worker.ts';

// the worker's clock is wrong, or set in the middle of an incident; it is the only process left that could withdraw
const report = caseTable("the worker's clock");

/** A lab whose only worker has a clock that `set` moves, by libfaketime's offsets (`+1h`). */
async function withClock(initial: string): Promise<{ rig: Rig; set: (offset: string) => Promise<void> }> {
  const rig = await Rig.up(onTestFinished);
  await rig.kill('supervisor');
  await rig.kill('worker');
  const offsets = path.join(await temporaryDirectory(), 'offset');
  const set = (offset: string) => writeFile(offsets, `${offset}\n`);
  await set(initial);
  startWorker({
    ...workerOf(rig),
    LD_PRELOAD: await findFaketime(),
    FAKETIME_TIMESTAMP_FILE: offsets,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  });
  return { rig, set };
}

/** What the lab's supervisor gives its worker. */
function workerOf({ lab }: Rig): NodeJS.ProcessEnv {
  return { ...lab.env, INCIDENTFOX_TEMPORAL: lab.at.temporal.address, INCIDENTFOX_SHOP: '' };
}

describe('the worker has a clock that', () => {
  it.each([
    ['is an hour ahead', '+1h', undefined],
    ['is an hour behind', '-1h', undefined],
    ['is set an hour ahead in the middle', '+0', '+1h'],
    ['is set an hour back in the middle', '+0', '-1h'],
    ['is set back and forth', '-3600', '+7200'],
  ])('%s', async (name, initial, later) => {
    const { rig, set } = await withClock(initial);
    const incident = await startWatched(rig, 'paymentFailure', { scenario: 'payment-failure', duration: '4s' });
    onTestFinished(() => incident.watch.stop());
    await untilHistory(incident.handle, moments['active'] ?? (() => false), 60_000);
    const brokenAt = incident.watch.brokenAt ?? Number.NaN;
    await delay(1_000);
    if (later) await set(later);
    const result = await resultOf(rig, incident.handle);
    expectTruth(result, incident.watch);
    expectRecovered(result);
    const lasted = (incident.watch.restoredAt ?? Number.NaN) - brokenAt;
    expect(lasted).toBeGreaterThan(3_500);
    expect(lasted).toBeLessThan(7_000);
    await rig.whole();
    report({ name, late: lateness(incident.watch, Date.parse(result.deadline ?? '')), told: told(result) });
  });
});

it('a worker to which the fault waited for long, to be seen, counts from when it sees it', async () => {
  const control = path.join(await temporaryDirectory(), 'die');
  const rig = await Rig.up(onTestFinished, { env: dyingAt(control) });
  // the first incident of a lab also writes the ledger itself
  await resultOf(rig, await rig.start({ scenario: 'payment-failure', duration: '1s' }));
  await rig.kill('supervisor');
  // the ledger that says it was seen
  await writeFile(control, '4 before');
  const incident = await startWatched(rig, 'adFailure', { scenario: 'ad-failure', duration: '3s' });
  onTestFinished(() => incident.watch.stop());
  await vi.waitFor(() => expect(existsSync(control)).toBe(false), 20_000);
  await delay(5_000);
  const began = Date.now();
  startWorker(workerOf(rig));
  const result = await resultOf(rig, incident.handle);
  expectTruth(result, incident.watch);
  const [witnessedAt, deadline] = [result.witnessedAt, result.deadline].map((at) => Date.parse(at ?? ''));
  expect(witnessedAt).toBeGreaterThan(began);
  expect(deadline).toBe((witnessedAt ?? 0) + 3_000);
  const late = lateness(incident.watch, deadline ?? 0);
  report({ name: 'that starts late', late, told: told(result) });
  expect(late).toBeLessThan(3_000);
});
