import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, type TaskMeta, vi } from 'vitest';
import { messages } from '../../../workflows/contract.ts';
import { type Cleanup, temporaryDirectory } from '../../support/flags.ts';
import { holding } from './history.ts';
import {
  expectRecovered,
  expectTruth,
  type IncidentReport,
  refusalOf,
  resultOf,
  startWatched,
  type Watched,
} from './incident.ts';
import { scenarios } from './moments.ts';
import { heldBy } from './preloads.ts';
import { Rig } from './rig.ts';

/** A lab whose worker dies at one of its writes when `control` says so, and does not come back while `hold` is there. */
export interface KillLab {
  rig: Rig;
  control: string;
  hold: string;
}

export async function killLab(cleanup: Cleanup): Promise<KillLab> {
  const directory = await temporaryDirectory(cleanup);
  const [control, hold] = [path.join(directory, 'die'), path.join(directory, 'hold')];
  const rig = await Rig.up(cleanup, { env: heldBy(hold, control) });
  // the first incident of a lab also writes the ledger itself
  await resultOf(rig, await rig.start({ scenario: 'payment-failure', duration: '1s' }));
  return { rig, control, hold };
}

interface Struck {
  /** when the incident was stopped, where that was part of it (ms since the epoch) */
  stopped?: number;
  /** the last event of its history, where a busy machine let it go beyond the one that was meant */
  beyond?: string;
}

/** How a cell kills the worker of its incident, and what ends one whose worker came back. */
export interface Kill {
  name: string;
  duration: string;
  /** done before the incident starts */
  prepare?: () => Promise<void>;
  /** resolves when the worker is dead */
  strike: (incident: Watched) => Promise<Struck>;
  /** stopped, once it is active: its deadline is far, so that no machine is too slow to have the worker back before it */
  isStopped: boolean;
  /** whether the worker is kept away until the deadline is past */
  isHeld: boolean;
}

/** Records how a cell ended, under its name. */
type Judge = (ended: Omit<Parameters<IncidentReport>[2], 'rig'>) => void;

/** Runs a cell on its lab. Afterwards nothing is left of it, and the worker is there. */
export async function runKill(
  { rig, hold }: KillLab,
  kill: Kill,
  report: IncidentReport,
  meta: TaskMeta,
): Promise<void> {
  const [scenario, flag] = scenarios[0] ?? ['', ''];
  const killed = await rig.pid('worker');
  await kill.prepare?.();
  if (kill.isHeld) await writeFile(hold, '');
  const incident = await startWatched(rig, flag, { scenario, duration: kill.duration });
  try {
    const { stopped, beyond } = await kill.strike(incident);
    const name = beyond ? `${kill.name} (died at ${beyond})` : kill.name;
    const judge: Judge = (ended) => report(meta, name, { rig, ...ended });
    if (kill.isHeld) await heldBack(rig, incident, judge, hold);
    else await letBack(rig, incident, judge, kill.isStopped, killed, stopped);
    await rig.whole();
  } finally {
    incident.watch.stop();
    await rm(hold, { force: true });
    await rig.untilBack('worker', killed);
  }
}

/** The worker comes back while the incident has its time: it recovers, and nothing else. */
async function letBack(
  rig: Rig,
  { handle, watch }: Watched,
  judge: Judge,
  isStopped: boolean,
  killed: number | null,
  stoppedDead: number | undefined,
): Promise<void> {
  let stopped = stoppedDead;
  if (isStopped && stopped === undefined) {
    await rig.untilBack('worker', killed);
    await rig.reaches(handle, holding);
    stopped = Date.now();
    await handle.signal(messages.stop);
  }
  const result = await resultOf(rig, handle);
  expectTruth(rig, result, watch);
  expectRecovered(result);
  expect(watch.times).toBe(1);
  // to one whose worker was dead when it was stopped, nothing is promised before its deadline
  const within = stopped === undefined ? 3_000 : stoppedDead === undefined ? 2_000 : Infinity;
  judge({ watch, result, within, ...(stopped === undefined ? {} : { due: stopped }) });
}

/** The worker comes back only when its fault's time is over: the reconciler has rolled it back, and the incident says what was seen. */
async function heldBack(rig: Rig, { handle, watch }: Watched, judge: Judge, hold: string): Promise<void> {
  const recordOf = async () => (await rig.store.read()).records().find(({ id }) => id === handle.workflowId);
  const { until } = (await recordOf()) ?? {};
  if (until === undefined) throw new Error('it has no record, so it has no deadline');
  await vi.waitFor(
    async () => {
      const state = (await recordOf())?.state;
      if (state === 'open' || !watch.isWhole)
        throw new Error(`its record is ${state}, the flag ${JSON.stringify(watch.seen)}`);
    },
    { timeout: 120_000, interval: 20 },
  );
  await rm(hold);
  const ended = resultOf(rig, handle);
  const refused = await refusalOf(ended);
  const due = Date.parse(until);
  if (refused !== undefined) {
    // recorded and never injected
    expect([refused, watch.seen]).toEqual(['record-closed', { brokenAt: null, restoredAt: null, times: 0 }]);
    judge({ watch, result: {}, due, told: `refused: ${refused}` });
    return;
  }
  const result = await ended;
  expectTruth(rig, result, watch);
  // nobody can see a fault whose worker is away
  if (result.outcome !== 'invalid-injection') expectRecovered(result);
  expect(watch.times).toBeLessThanOrEqual(1);
  judge({ watch, result, due });
}

/** Waits until the worker has died at the write that `control` names. */
export async function untilDead(control: string): Promise<void> {
  await vi.waitFor(
    () => {
      if (existsSync(control)) throw new Error('the worker has not come to that write');
    },
    { timeout: 120_000, interval: 5 },
  );
}
