import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Cleanup, temporaryDirectory } from '../support/flags.ts';
import { dyingAt } from './support/preloads.ts';
import { findFaketime } from './support/faketime.ts';
import { holding } from './support/history.ts';
import { expectRecovered, expectTruth, incidentTable, resultOf, startWatched } from './support/incident.ts';
import { untilDead } from './support/kills.ts';
import { Rig } from './support/rig.ts';
import { startWorker } from './support/worker.ts';

// the worker's clock is wrong, or set in the middle of an incident; it is the only process left that could withdraw
const report = incidentTable("the worker's clock");

/** A lab whose only worker has a clock that `set` moves, by libfaketime's offsets (`+1h`). */
async function withClock(
  initial: string,
  cleanup: Cleanup,
): Promise<{ rig: Rig; set: (offset: string) => Promise<void> }> {
  const rig = await Rig.up(cleanup);
  await rig.kill('supervisor');
  await rig.kill('worker');
  const offsets = path.join(await temporaryDirectory(cleanup), 'offset');
  const set = (offset: string) => writeFile(offsets, `${offset}\n`);
  await set(initial);
  startWorker(cleanup, {
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

describe.concurrent('the worker has a clock that', () => {
  it.for([
    ['is an hour ahead', '+1h', undefined],
    ['is an hour behind', '-1h', undefined],
    ['is set an hour ahead in the middle', '+0', '+1h'],
    ['is set an hour back in the middle', '+0', '-1h'],
    ['is set back and forth', '-3600', '+7200'],
  ] as const)('%s', async ([name, initial, later], { task, onTestFinished }) => {
    const { rig, set } = await withClock(initial, onTestFinished);
    const incident = await startWatched(rig, 'paymentFailure', { scenario: 'payment-failure', duration: '4s' });
    onTestFinished(() => incident.watch.stop());
    await rig.reaches(incident.handle, holding);
    const brokenAt = incident.watch.brokenAt ?? Number.NaN;
    await delay(1_000);
    if (later) await set(later);
    const result = await resultOf(rig, incident.handle);
    expectTruth(rig, result, incident.watch);
    expectRecovered(result);
    const { restoredAt = Number.NaN } = incident.watch;
    expect(restoredAt - brokenAt).toBeGreaterThan(3_500);
    // an hour off it is not, whatever the machine needed until the fault was witnessed
    const due = Date.parse(result.deadline ?? '');
    expect(Math.abs(due - brokenAt - 4_000)).toBeLessThan(60_000);
    await rig.whole();
    report(task.meta, name, { rig, watch: incident.watch, result });
  });
});

it.concurrent(
  'a worker to which the fault waited for long, to be seen, counts from when it sees it',
  async ({ task, onTestFinished }) => {
    const control = path.join(await temporaryDirectory(onTestFinished), 'die');
    const rig = await Rig.up(onTestFinished, { env: dyingAt(control) });
    // the first incident of a lab also writes the ledger itself
    await resultOf(rig, await rig.start({ scenario: 'payment-failure', duration: '1s' }));
    await rig.kill('supervisor');
    // the ledger that says it was seen
    await writeFile(control, '4 before');
    const incident = await startWatched(rig, 'adFailure', { scenario: 'ad-failure', duration: '20s' });
    onTestFinished(() => incident.watch.stop());
    await untilDead(control);
    await delay(5_000);
    const began = Date.now();
    startWorker(onTestFinished, workerOf(rig));
    const result = await resultOf(rig, incident.handle);
    expectTruth(rig, result, incident.watch);
    const [witnessedAt, deadline] = [result.witnessedAt, result.deadline].map((at) => Date.parse(at ?? ''));
    expect(witnessedAt).toBeGreaterThan(began);
    expect(deadline).toBe((witnessedAt ?? 0) + 20_000);
    report(task.meta, 'that starts late', { rig, watch: incident.watch, result });
  },
);
