import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { FlagDocument } from '../../activities/flags/document.ts';
import { messages } from '../../workflows/contract.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { isFull, matrixSeed } from '../support/matrix.ts';
import { Editor } from './support/editor.ts';
import { holding } from './support/history.ts';
import { expectEditsKept, expectTruth, refusalOf, resultOf, startWatched } from './support/incident.ts';
import { scenarios } from './support/moments.ts';
import { type Planned, planSoak } from './support/plan.ts';
import { Rig } from './support/rig.ts';

// incidents at random while the worker and the server are killed and somebody edits the file: 500, in a sample 60
const count = Number(process.env['SOAK_INCIDENTS'] ?? (isFull() ? 500 : 60));
const seed = Number(process.env['SOAK_SEED'] ?? Number.parseInt(matrixSeed(), 36) % 1_000_000);

/** On a machine that is half as quick (ms). */
const limit = 1_200_000;
vi.setConfig({ testTimeout: limit });

const cleanup = fileCleanup();
let rig: Rig;
beforeAll(async () => {
  rig = await Rig.up(cleanup);
});

it('gives the same plan for the same seed', () => {
  expect(planSoak(seed, count, scenarios.length)).toEqual(planSoak(seed, count, scenarios.length));
  expect(planSoak(seed, count, scenarios.length)).not.toEqual(planSoak(seed + 1, count, scenarios.length));
});

it(`${count} incidents, killed, stopped, extended and edited at random, leave nothing (seed ${seed})`, async () => {
  process.stdout.write(`soak: ${count} incidents, SOAK_SEED=${seed}\n`);
  const { incidents, kills } = planSoak(seed, count, scenarios.length);
  const editor = new Editor(rig.file, 'edited', 200);
  onTestFinished(() => void editor.stop());
  const tally: Record<string, number> = {};
  let begun = 0;

  const runLane = async (lane: number): Promise<void> => {
    for (const [index, planned] of incidents.entries()) {
      if (planned.lane !== lane) continue;
      begun += 1;
      const told = await live(planned, `incident-soak-${index}`);
      tally[told] = (tally[told] ?? 0) + 1;
    }
  };
  const killAll = async (): Promise<void> => {
    for (const { part, at } of kills) {
      await vi.waitUntil(() => begun >= at * count, { timeout: limit });
      await rig.kill(part).catch(() => undefined);
    }
  };
  await Promise.all([...scenarios.map((_, lane) => runLane(lane)), killAll()]);

  const edited = editor.stop();
  process.stdout.write(`soak: ${JSON.stringify(tally)}, ${editor.edits} edits, ${JSON.stringify(editor.lost)} lost\n`);
  expectEditsKept(editor);
  await expect.poll(async () => (await rig.store.read()).open().map(([, { id }]) => id)).toEqual([]);
  const original = new FlagDocument(rig.original);
  await expect
    .poll(async () => {
      const now = new FlagDocument(await rig.document());
      return [...original.names()].filter((name) => now.flag(name) !== original.flag(name));
    })
    .toEqual([]);
  expect(new FlagDocument(await rig.document()).flag('edited')).toBe(edited);
});

/** One incident to its end, and the next may have its flag. Answers how it ended. */
async function live({ lane, duration, deed, after }: Planned, id: string): Promise<string> {
  const [scenario, flag] = scenarios[lane] ?? ['', ''];
  const { handle, watch } = await startWatched(rig, flag, { scenario, duration: `${duration}ms` }, id);
  try {
    await rig.reaches(handle, (events) => holding(events) || isOver(events));
    watch.look();
    await delay(duration * after);
    await doIt(deed, handle);
    const ended = resultOf(rig, handle);
    const refused = await refusalOf(ended);
    await freed(flag);
    await expect.poll(() => watch.isWhole).toBe(true);
    if (refused !== undefined) return deed === 'terminate' ? 'terminated' : `refused: ${refused}`;
    const result = await ended;
    expectTruth(rig, result, watch);
    const { outcome, endedBy } = result;
    return `${outcome} by ${endedBy}`;
  } finally {
    watch.stop();
  }
}

async function doIt(deed: Planned['deed'], handle: Awaited<ReturnType<Rig['start']>>): Promise<void> {
  const done = {
    nothing: () => Promise.resolve(),
    stop: () => handle.signal(messages.stop),
    cancel: () => handle.cancel(),
    extend: () => handle.executeUpdate(messages.extend, { args: ['1s'] }),
    terminate: () => handle.terminate('soak'),
  };
  // it may be over already, or its server killed at that moment
  await done[deed]().catch(() => undefined);
}

/** Waits until no record holds the flag. */
async function freed(flag: string): Promise<void> {
  await expect.poll(async () => (await rig.store.read()).holderOf(flag)?.id).toBeUndefined();
}

function isOver(
  events: { workflowExecutionFailedEventAttributes?: unknown; workflowExecutionCompletedEventAttributes?: unknown }[],
): boolean {
  return events.some(
    (event) => event.workflowExecutionFailedEventAttributes || event.workflowExecutionCompletedEventAttributes,
  );
}
