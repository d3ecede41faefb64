import Table from 'cli-table3';
import { afterAll, expect, type TaskMeta } from 'vitest';
import type { Meter } from './meter.ts';

/** One fault that was rolled back, as the suite prints it and `.ci/tally.mjs` counts it. */
export interface CellRow {
  name: string;
  /** ms from when the fault was due to be rolled back until it was seen gone; null where it never was in force */
  late: number | null;
  /** ms of it in which the machine kept the lab's processes waiting */
  kept: number;
  /** false where that was too long for a verdict */
  isJudged: boolean;
  /** what the incident says of itself */
  told: string;
}

declare module 'vitest' {
  interface TaskMeta {
    cells?: CellRow[];
  }
}

export interface Timed {
  name: string;
  told: string;
  /** when the fault was due to be rolled back (ms since the epoch) */
  due: number;
  /** when it was seen gone; undefined where it never was in force */
  restoredAt: number | undefined;
  /** what is promised (ms) */
  within: number;
  /** of the lab that rolled it back */
  meter: Meter;
}

/** For how much waiting a machine is forgiven (ms); after more, nobody can say what the lab would have done on another. */
const mostForgiven = 3_000;
/** A promise of so long (ms) leaves a busy machine room enough: it is held to as it stands. */
const longPromise = 10_000;

/**
 * Collects the cells of a file and prints them as a table when it is through. The function that it answers holds a roll-back to its
 * time: what the machine kept the lab waiting is added, up to 3 s; beyond that the cell is not judged, which is decided before the
 * verdict is read. `meta`: of the test, where the gate finds the cell.
 */
export function cellTable(title: string): (meta: TaskMeta, timed: Timed) => void {
  const rows: CellRow[] = [];
  afterAll(() => void process.stdout.write(`${printed(title, rows)}\n`));
  return (meta, { name, told, due, restoredAt, within, meter }) => {
    const late = restoredAt === undefined ? null : Math.max(0, restoredAt - due);
    const kept = late && within < longPromise ? Math.round(meter.between(due, due + late)) : 0;
    const isJudged = kept <= mostForgiven;
    const row = { name, late, kept, isJudged, told };
    rows.push(row);
    (meta.cells ??= []).push(row);
    if (!isJudged || late === null) return;
    const said = `${name}: rolled back ${late} ms after it was due, the machine kept the lab waiting for ${kept} ms; ${told}`;
    expect(late, said).toBeLessThan(within + kept);
  };
}

function printed(title: string, rows: CellRow[]): string {
  const chars = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };
  const table = new Table({ head: [title, 'due to gone, s', 'kept waiting, s', 'what the incident says'], chars });
  for (const { name, late, kept, isJudged, told } of rows) {
    const waited = seconds(kept) + (isJudged ? '' : ', not judged');
    table.push([name, late === null ? 'never in force' : seconds(late), waited, told]);
  }
  return table.toString();
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(2);
