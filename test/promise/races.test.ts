import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { pullLever, withdrawAll } from '../../activities/flags/lever.ts';
import { messages } from '../../workflows/contract.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { drawCells } from '../support/matrix.ts';
import { holding } from './support/history.ts';
import { expectRecovered, expectTruth, incidentTable, refusalOf, resultOf, startWatched } from './support/incident.ts';
import { scenarios } from './support/moments.ts';
import { Rig } from './support/rig.ts';

// what happens in the same instant
const cleanup = fileCleanup();
const report = incidentTable('in the same instant');
let rig: Rig;
beforeAll(async () => {
  rig = await Rig.up(cleanup);
});

describe('two incidents', () => {
  it('on one flag: 50 start, one holds it, the rest are refused', async ({ task }) => {
    const [scenario, flag] = scenarios[0] ?? ['', ''];
    const first = await startWatched(rig, flag, { scenario, duration: '2m' });
    const others = await Promise.all(Array.from({ length: 49 }, () => rig.start({ scenario, duration: '2m' })));
    const handles = [first.handle, ...others];
    const ended = handles.map((handle) => resultOf(rig, handle));
    const refusals: (string | undefined)[] = [];
    for (const end of ended) void refusalOf(end).then((type) => refusals.push(type));
    await vi.waitFor(() => expect(refusals).toHaveLength(49), { timeout: 300_000, interval: 100 });
    expect(new Set(refusals)).toEqual(new Set(['flag-taken']));
    const stopped = Date.now();
    await Promise.all(handles.map((handle) => handle.signal(messages.stop).catch(() => undefined)));
    const holder = await Promise.any(ended);
    expectTruth(rig, holder, first.watch);
    await rig.whole();
    // stop is promised 2 s; fifty stops in one instant are 49 too many for that
    const ended50 = { rig, watch: first.watch, result: holder, due: stopped, within: Infinity };
    report(task.meta, '50 starts on one flag', ended50);
    first.watch.stop();
  });

  it.for([
    ['the first ends first', '2s', '4s'],
    ['the second ends first', '4s', '2s'],
    ['both end together', '2s', '2s'],
  ] as const)('on two flags, %s', async ([name, first, second], { task }) => {
    const incidents = await Promise.all(
      scenarios
        .slice(0, 2)
        .map(([scenario, flag], index) =>
          startWatched(rig, flag, { scenario, duration: index === 0 ? first : second }),
        ),
    );
    for (const { handle, watch } of incidents) {
      const result = await resultOf(rig, handle);
      expectTruth(rig, result, watch);
      expectRecovered(result);
      report(task.meta, `two flags, ${name}`, { rig, watch, result, within: 1_500 });
      watch.stop();
    }
    await rig.whole();
  });
});

it('an extension in the instant of the deadline counts or is refused, and the fault lasts accordingly', async ({
  task,
}) => {
  const extended = await Promise.all(
    [-60, -30, -15, -5, 0, 5, 15, 30, 60, 300].map(async (offset, index) => {
      const [scenario, flag] = scenarios[index] ?? ['', ''];
      const incident = await startWatched(rig, flag, { scenario, duration: '5s' });
      await rig.reaches(incident.handle, holding);
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
    expectTruth(rig, result, incident.watch);
    expectRecovered(result);
    expect(incident.watch.times).toBe(1);
    expect(Date.parse(result.deadline ?? '') - Date.parse(first)).toBe(answer ? 2_000 : 0);
    const when = `extended ${Math.abs(offset)} ms ${offset < 0 ? 'before' : 'after'} the deadline`;
    report(task.meta, `${when}: ${answer ? 'granted' : 'refused'}`, { rig, watch: incident.watch, result });
    incident.watch.stop();
  }
  await rig.whole();
});

it('halt in the instant of a start: no fault outlives it, and none begins until resume', async ({ task }) => {
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
    const type = await refusalOf(ended);
    if (type === undefined) expectTruth(rig, await ended, incident.watch);
    else expect(type).toBe('halted');
    expect(await refusalOf(resultOf(rig, await rig.start({ scenario: 'llm-rate-limit' })))).toBe('halted');
    const end = { rig, watch: incident.watch, due: began, within: 2_000 };
    const said = type === undefined ? { result: await ended } : { result: {}, told: `refused: ${type}` };
    report(task.meta, `halt ${pause} ms after the start`, { ...end, ...said });
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
  const ways = (['cancel', 'halt'] as const).map((name) => ({ name, kind: 'an end' }));
  const drawn = drawCells('ended after 10,000 signals', ways).map(({ name }) => name);

  it.for(drawn)('%s still ends the incident', async (how, { task }) => {
    const [scenario, flag] = scenarios[0] ?? ['', ''];
    const incident = await startWatched(rig, flag, { scenario, duration: '1h' });
    await rig.reaches(incident.handle, holding);
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
    expectTruth(rig, result, incident.watch);
    expect(result).toMatchObject({ outcome: 'recovered', endedBy: how });
    const end = { rig, watch: incident.watch, result, due: began, within: Infinity };
    report(task.meta, `${how} after 10,000 signals`, end);
    incident.watch.stop();
    await rig.lab.incident('resume');
    await rig.whole();
  });
});
