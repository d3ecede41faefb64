import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowFailedError } from '@temporalio/client';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { pullLever, withdrawAll } from '../../activities/flags/lever.ts';
import { type IncidentResult, messages } from '../../workflows/contract.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { untilHistory } from './support/history.ts';
import { expectRecovered, expectTruth, lateness, resultOf, startWatched, told } from './support/incident.ts';
import { moments, scenarios } from './support/moments.ts';
import { Rig } from './support/rig.ts';
import { caseTable } from './support/table.ts';

// what happens in the same instant
const cleanup = fileCleanup();
const report = caseTable('in the same instant');
let rig: Rig;
beforeAll(async () => {
  rig = await Rig.up(cleanup);
});

const active = moments['active'] ?? (() => false);

/** The type of the failure with which a refused incident ends. */
async function refusal(ended: Promise<IncidentResult>): Promise<string | undefined> {
  const error = await ended.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof WorkflowFailedError ? (error.cause as { type?: string } | undefined)?.type : undefined;
}

describe('two incidents', () => {
  it('on one flag: 50 start, one holds it, the rest are refused', async () => {
    const [scenario, flag] = scenarios[0] ?? ['', ''];
    const first = await startWatched(rig, flag, { scenario, duration: '2m' });
    const others = await Promise.all(Array.from({ length: 49 }, () => rig.start({ scenario, duration: '2m' })));
    const handles = [first.handle, ...others];
    const ended = handles.map((handle) => resultOf(rig, handle));
    const refusals: (string | undefined)[] = [];
    for (const end of ended) void refusal(end).then((type) => refusals.push(type));
    await vi.waitFor(() => expect(refusals).toHaveLength(49), { timeout: 100_000, interval: 100 });
    expect(new Set(refusals)).toEqual(new Set(['flag-taken']));
    const stopped = Date.now();
    await Promise.all(handles.map((handle) => handle.signal(messages.stop).catch(() => undefined)));
    const holder = await Promise.any(ended);
    expectTruth(holder, first.watch);
    await rig.whole();
    report({ name: '50 starts on one flag', late: lateness(first.watch, stopped), told: told(holder) });
    first.watch.stop();
  });

  it.each([
    ['the first ends first', '2s', '4s'],
    ['the second ends first', '4s', '2s'],
    ['both end together', '2s', '2s'],
  ])('on two flags, %s', async (name, first, second) => {
    const incidents = await Promise.all(
      scenarios
        .slice(0, 2)
        .map(([scenario, flag], index) =>
          startWatched(rig, flag, { scenario, duration: index === 0 ? first : second }),
        ),
    );
    for (const { handle, watch } of incidents) {
      const result = await resultOf(rig, handle);
      expectTruth(result, watch);
      expectRecovered(result);
      const late = lateness(watch, Date.parse(result.deadline ?? ''));
      expect(late).toBeLessThan(1_500);
      report({ name: `two flags, ${name}`, late, told: told(result) });
      watch.stop();
    }
    await rig.whole();
  });
});

it('an extension in the instant of the deadline counts or is refused, and the fault lasts accordingly', async () => {
  const extended = await Promise.all(
    [-60, -30, -15, -5, 0, 5, 15, 30, 60, 300].map(async (offset, index) => {
      const [scenario, flag] = scenarios[index] ?? ['', ''];
      const incident = await startWatched(rig, flag, { scenario, duration: '5s' });
      await untilHistory(incident.handle, active);
      const { deadline } = (await incident.handle.query(messages.state)) as { deadline: string };
      await delay(Date.parse(deadline) + offset - Date.now());
      const answer = await incident.handle
        .executeUpdate<{ deadline: string }, [unknown]>(messages.extend, { args: ['2s'] })
        .catch(() => undefined);
      return { offset, incident, first: deadline, answer };
    }),
  );
  for (const { offset, incident, first, answer } of extended) {
    const result = await resultOf(rig, incident.handle);
    expectTruth(result, incident.watch);
    expectRecovered(result);
    expect(incident.watch.times).toBe(1);
    expect(Date.parse(result.deadline ?? '') - Date.parse(first)).toBe(answer ? 2_000 : 0);
    const late = lateness(incident.watch, Date.parse(result.deadline ?? ''));
    expect(late).toBeLessThan(3_000);
    const when = `extended ${Math.abs(offset)} ms ${offset < 0 ? 'before' : 'after'} the deadline`;
    report({ name: `${when}: ${answer ? 'granted' : 'refused'}`, late, told: told(result) });
    incident.watch.stop();
  }
  await rig.whole();
});

it('halt in the instant of a start: no fault outlives it, and none begins until resume', async () => {
  for (const [round, pause] of [0, 20, 40, 60, 80, 120, 160, 240].entries()) {
    const [scenario, flag] = scenarios[round] ?? ['', ''];
    const incident = await startWatched(rig, flag, { scenario, duration: '1h' }, `incident-halt-${pause}`);
    const ended = resultOf(rig, incident.handle);
    void ended.catch(() => undefined);
    await delay(pause);
    const began = Date.now();
    // what the command does first, in this process: its own start would take longer than the race
    await pullLever(rig.store, 'test');
    await withdrawAll(rig.store);
    expect(incident.watch.isWhole).toBe(true);
    expect((await rig.lab.incident('halt', '--json')).exitCode).toBe(0);
    const type = await refusal(ended);
    if (type === undefined) expectTruth(await ended, incident.watch);
    else expect(type).toBe('halted');
    const late = lateness(incident.watch, began);
    expect(late ?? 0).toBeLessThan(2_000);
    expect(await refusal(resultOf(rig, await rig.start({ scenario: 'llm-rate-limit' })))).toBe('halted');
    report({
      name: `halt ${pause} ms after the start`,
      late,
      told: type === undefined ? told(await ended) : `refused: ${type}`,
    });
    incident.watch.stop();
    expect((await rig.lab.incident('resume')).exitCode).toBe(0);
    await rig.whole();
  }
});

it('halt ends an incident that no worker has begun, so that it does not begin after resume', async () => {
  const [scenario, flag] = scenarios[0] ?? ['', ''];
  const pid = await rig.kill('worker', 'SIGSTOP');
  const incident = await startWatched(rig, flag, { scenario, duration: '1h' });
  expect((await rig.lab.incident('halt')).exitCode).toBe(0);
  expect((await rig.lab.incident('resume')).exitCode).toBe(0);
  process.kill(pid, 'SIGCONT');
  expect(await resultOf(rig, incident.handle)).toMatchObject({ endedBy: 'cancel', appliedAt: null });
  expect(incident.watch.brokenAt).toBeUndefined();
  incident.watch.stop();
});

describe('after 10,000 signals, when the server takes no more,', () => {
  it.each(['cancel', 'halt'] as const)('%s still ends the incident', async (how) => {
    const [scenario, flag] = scenarios[0] ?? ['', ''];
    const incident = await startWatched(rig, flag, { scenario, duration: '1h' });
    await untilHistory(incident.handle, active);
    let accepted = 0;
    const signal = async (): Promise<void> => {
      // nobody listens to this one: it only counts
      while (accepted < 10_000) {
        accepted += 1;
        await incident.handle.signal('nothing').catch(() => undefined);
      }
    };
    await Promise.all(Array.from({ length: 20 }, signal));
    await expect(incident.handle.signal(messages.stop)).rejects.toBeInstanceOf(Error);
    const began = Date.now();
    if (how === 'cancel') await incident.handle.cancel();
    else expect((await rig.lab.incident('halt')).exitCode).toBe(0);
    const result = await resultOf(rig, incident.handle);
    expectTruth(result, incident.watch);
    expect(result).toMatchObject({ outcome: 'recovered', endedBy: how });
    report({ name: `${how} after 10,000 signals`, late: lateness(incident.watch, began), told: told(result) });
    incident.watch.stop();
    await rig.lab.incident('resume');
    await rig.whole();
  });
});
