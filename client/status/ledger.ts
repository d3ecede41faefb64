import pc from 'picocolors';
import type { Lever } from '../../activities/flags/ledger.ts';
import type { StoreState } from '../../activities/flags/state.ts';
import { incidentTable } from '../incident-table.ts';
import { type StatusEntry, told, withTime } from '../told.ts';

/** What the ledger tells of incidents, with no Temporal. */
export interface LedgerView {
  incidents: StatusEntry[];
  lever: Lever | null;
}

export function ledgerView(state: StoreState): LedgerView {
  return { incidents: state.open().map(([, record]) => withTime(told(record))), lever: state.halted };
}

export function ledgerLines({ incidents, lever }: LedgerView): string[] {
  return [
    `incidents  ${incidents.length === 0 ? 'none under way' : `${incidents.length} under way`}`,
    ...(incidents.length > 0 ? [incidentTable(incidents)] : []),
    lever
      ? `lever      ${pc.red('pulled')} since ${lever.since}${lever.reason ? `: ${lever.reason}` : ''}; release it: npm run incident -- resume`
      : 'lever      released',
  ];
}
