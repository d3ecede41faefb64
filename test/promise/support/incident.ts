import type { WorkflowHandle } from '@temporalio/client';
import { expect } from 'vitest';
import type { IncidentResult, IncidentState } from '../../../workflows/contract.ts';
import type { Editor } from './editor.ts';
import type { Rig } from './rig.ts';
import { FlagWatch } from './watch.ts';

/** An incident on a rig, with an independent look at its flag. */
export interface Watched {
  handle: WorkflowHandle;
  watch: FlagWatch;
}

export async function startWatched(rig: Rig, flag: string, input: object, id?: string): Promise<Watched> {
  const watch = new FlagWatch(rig.file, flag);
  return { watch, handle: await rig.start(input, id) };
}

/**
 * How long an incident lasts of which the worker or the server is killed: until its fault was seen it has ten seconds more, in
 * which also a busy machine must have them back.
 */
export const lasting = '8s';

/** Waits for the result of the incident's latest run: a reset goes on in another. */
export async function resultOf(rig: Rig, { workflowId }: WorkflowHandle): Promise<IncidentResult> {
  for (;;) {
    try {
      return (await rig.client.workflow.getHandle(workflowId).result()) as IncidentResult;
    } catch (error) {
      // the run that was waited for may have been terminated by a reset in the meantime
      const { status } = await rig.client.workflow.getHandle(workflowId).describe();
      if (status.name !== 'RUNNING') throw error;
    }
  }
}

/** The result tells no more and no less than what was seen of the flag. */
export function expectTruth(result: IncidentState, watch: FlagWatch): void {
  expect(watch.isWhole).toBe(true);
  if (watch.brokenAt !== undefined) expect(result.appliedAt).not.toBeNull();
  if (result.outcome === 'recovered') {
    expect(watch.brokenAt).toBeDefined();
    expect(result.witnessedAt).not.toBeNull();
    expect(result.verifiedAt).not.toBeNull();
  }
  if (result.outcome === 'invalid-injection') expect(result.witnessedAt).toBeNull();
  if (watch.restoredAt !== undefined && result.withdrawnAt) {
    // the first is when it was decided, the other when a busy machine had it on its disk
    expect(Math.abs(Date.parse(result.withdrawnAt) - watch.restoredAt)).toBeLessThan(3_000);
  }
}

/** Throws, with all that the incident says, where it did not recover. */
export function expectRecovered(result: IncidentState): void {
  if (result.outcome !== 'recovered') throw new Error(`not recovered: ${JSON.stringify(result)}`);
}

/**
 * The fault was withdrawn in time, after one application, and the truth is told of it. Answers whether it recovered: nobody could
 * see a fault whose worker was away until the reconciler withdrew it.
 */
export function endedRight(result: IncidentState, watch: FlagWatch): boolean {
  expectTruth(result, watch);
  const late = lateness(watch, Date.parse(result.deadline ?? ''));
  const { outcome, appliedAt, withdrawnBy } = result;
  if (outcome === 'invalid-injection' && appliedAt !== null && withdrawnBy === 'reconciler') {
    // it may have been recorded and never come to the flags
    expect(watch.times).toBeLessThanOrEqual(1);
    expect(late ?? 0).toBeLessThan(3_000);
    return false;
  }
  expectRecovered(result);
  expect(watch.times).toBe(1);
  expect(late).toBeLessThan(3_000);
  return true;
}

/** Tries once more, a few times, where the machine was too busy for `attempt` to come to what it tests, which answers whether it did. */
export async function tryUntil(attempt: (count: number) => Promise<boolean>): Promise<void> {
  for (let count = 1; !(await attempt(count)); count += 1) expect(count).toBeLessThan(4);
}

/**
 * No edit is lost; of a thousand careless ones by rename one may have fallen between two system calls of ours, for which there
 * is no remedy (docs/reliability.md, "What is not promised").
 */
export function expectEditsKept({ lost }: Editor): void {
  expect(lost.inPlace).toBe(0);
  expect(lost.byRename).toBeLessThanOrEqual(1);
}

/** What the incident says, in a few words. */
export function told({ outcome, endedBy, withdrawnBy }: Partial<IncidentState>): string {
  return `${outcome ?? 'no outcome'}, ended by ${endedBy ?? '-'}, withdrawn by ${withdrawnBy ?? '-'}`;
}

/** ms from `due` (ms since the epoch) to the restore; null where the fault never was in force. */
export function lateness(watch: FlagWatch, due: number): number | null {
  if (watch.brokenAt === undefined || watch.restoredAt === undefined) return null;
  return Math.max(0, watch.restoredAt - due);
}
