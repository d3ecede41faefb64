import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { expect, type TaskMeta } from 'vitest';
import type { IncidentResult, IncidentState } from '../../../workflows/contract.ts';
import { cellTable } from '../../support/cells.ts';
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

/** The result tells no more and no less than what was seen of the flag; what both say is in the message of what fails. */
export function expectTruth({ meter }: Rig, result: IncidentState, watch: FlagWatch): void {
  const both = `${JSON.stringify(result)}; of the flag was seen ${JSON.stringify(watch.seen)}`;
  expect(watch.isWhole, both).toBe(true);
  if (watch.brokenAt !== undefined) expect(result.appliedAt, both).not.toBeNull();
  if (result.outcome === 'recovered') {
    expect(watch.brokenAt, both).toBeDefined();
    expect(result.witnessedAt, both).not.toBeNull();
    expect(result.verifiedAt, both).not.toBeNull();
  }
  if (result.outcome === 'invalid-injection') expect(result.witnessedAt, both).toBeNull();
  if (watch.restoredAt === undefined || !result.withdrawnAt) return;
  // the one is when it was decided, the other when it was seen on the disk
  const [from = 0, to = 0] = [Date.parse(result.withdrawnAt), watch.restoredAt].toSorted((a, b) => a - b);
  expect(to - from, both).toBeLessThan(3_000 + meter.between(from, to));
}

/** The type of the failure with which a refused incident ends; undefined for one that has a result. Throws any other error. */
export async function refusalOf(ended: Promise<unknown>): Promise<string | undefined> {
  try {
    await ended;
    return undefined;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return (error.cause as { type?: string } | undefined)?.type ?? error.message;
  }
}

/** Throws, with all that the incident says, where it did not recover. */
export function expectRecovered(result: IncidentState): void {
  if (result.outcome !== 'recovered') throw new Error(`not recovered: ${JSON.stringify(result)}`);
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

/** What a test has seen of an incident's end; `due`: when it was to be rolled back, unless at its deadline; `within`: 3 s, unless said. */
interface Ended {
  rig: Rig;
  watch: FlagWatch | undefined;
  result: Partial<IncidentState>;
  due?: number;
  within?: number;
  told?: string;
}

export type IncidentReport = (meta: TaskMeta, name: string, ended: Ended) => void;

/** A `cellTable` for incidents on rigs. */
export function incidentTable(title: string): IncidentReport {
  const report = cellTable(title);
  return (meta, name, { rig, watch, result, ...ended }) => {
    const { due = Date.parse(result.deadline ?? ''), within = 3_000, told: said = told(result) } = ended;
    report(meta, { name, due, restoredAt: watch?.restoredAt, within, meter: rig.meter, told: said });
  };
}
