import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryDirectory } from '../support/flags.ts';
import { findFaketime } from './support/faketime.ts';
import { untilHistory } from './support/history.ts';
import { expectTruth, lateness, resultOf, startWatched, told } from './support/incident.ts';
import { moments } from './support/moments.ts';
import { Rig } from './support/rig.ts';
import { caseTable } from './support/table.ts';
import { startWorker } from './support/worker.ts';

// the worker's clock is wrong, or set in the middle of an incident; it is the only process left that could withdraw
const report = caseTable("the worker's clock");

/** A lab whose only worker has a clock that `set` moves, by libfaketime's offsets (`+1h`). */
async function withClock(initial: string): Promise<{ rig: Rig; set: (offset: string) => Promise<void> }> {
  const rig = await Rig.up(onTestFinished);
  const { worker, temporal } = await rig.now();
  await rig.kill('supervisor');
  process.kill(worker.pid, 'SIGKILL');
  const offsets = path.join(await temporaryDirectory(), 'offset');
  const set = (offset: string) => writeFile(offsets, `${offset}\n`);
  await set(initial);
  startWorker({
    ...rig.lab.env,
    INCIDENTFOX_TEMPORAL: temporal.address,
    INCIDENTFOX_SHOP: '',
    LD_PRELOAD: await findFaketime(),
    FAKETIME_TIMESTAMP_FILE: offsets,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  });
  return { rig, set };
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
    expect(result.outcome).toBe('recovered');
    const lasted = (incident.watch.restoredAt ?? Number.NaN) - brokenAt;
    expect(lasted).toBeGreaterThan(3_500);
    expect(lasted).toBeLessThan(7_000);
    await rig.whole();
    report({ name, late: lateness(incident.watch, Date.parse(result.deadline ?? '')), told: told(result) });
  });
});
