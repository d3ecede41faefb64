import Table from 'cli-table3';
import { afterAll } from 'vitest';

/** One case of the kill matrix, as the suite prints it. */
export interface Row {
  name: string;
  /** ms from when the fault was due to be withdrawn until it was seen restored; null where it never was in force */
  late: number | null;
  /** what the incident says of itself */
  told: string;
}

/** Collects the cases of a file and prints them as a table when it is through. */
export function caseTable(title: string): (row: Row) => void {
  const rows: Row[] = [];
  afterAll(() => {
    const chars = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };
    const table = new Table({ head: [title, 'due to restored, s', 'what the incident says'], chars });
    for (const { name, late, told } of rows) {
      table.push([name, late === null ? 'never in force' : (late / 1_000).toFixed(2), told]);
    }
    process.stdout.write(`${table.toString()}\n`);
  });
  return (row) => void rows.push(row);
}
