import Table from 'cli-table3';
import { formatDuration } from '../workflows/duration.ts';
import type { StatusEntry } from './told.ts';

/** Incidents with the time that each has left. */
export function incidentTable(entries: StatusEntry[]): string {
  const rows = new Table({
    head: ['incident', 'flag', 'phase', 'left', 'ended by', 'outcome'],
    style: { head: ['bold'] },
  });
  for (const { id, flag, variant, phase, secondsLeft, endedBy, outcome } of entries) {
    const left = secondsLeft === null ? '' : formatDuration(secondsLeft * 1_000);
    rows.push([id, `${flag ?? ''} = ${variant ?? ''}`, phase, left, endedBy ?? '', outcome ?? '']);
  }
  return rows.toString();
}
