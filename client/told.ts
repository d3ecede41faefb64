import type { LedgerRecord } from '../activities/flags/ledger.ts';
import type { IncidentState } from '../workflows/contract.ts';

/** An incident as `status` shows it. */
export type StatusEntry = Partial<IncidentState> &
  Pick<IncidentState, 'id' | 'scenario' | 'phase'> & { secondsLeft: number | null };

/** What the ledger's record tells of an incident. */
export function told(record: LedgerRecord): Omit<StatusEntry, 'secondsLeft'> {
  const { workflowId: id, scenario, flag, variant, until, appliedAt = null, witnessedAt = null } = record;
  const { withdrawnAt = null, withdrawnBy = null, verifiedAt = null, endedBy = null } = record;
  const times = { appliedAt, witnessedAt, deadline: until, withdrawnAt, withdrawnBy, verifiedAt };
  return { id, scenario, flag, variant, phase: phaseOf(record), outcome: outcomeOf(record), endedBy, ...times };
}

function phaseOf({ state, appliedAt, witnessedAt }: LedgerRecord): IncidentState['phase'] {
  if (state === 'closed') return 'closed';
  if (state === 'withdrawing') return 'verifying';
  if (witnessedAt) return 'active';
  return appliedAt ? 'injecting' : 'recording';
}

function outcomeOf({ state, witnessedAt, verifiedAt }: LedgerRecord): IncidentState['outcome'] {
  if (state !== 'closed') return null;
  if (!witnessedAt) return 'invalid-injection';
  return verifiedAt ? 'recovered' : 'not-verified';
}

/** With the time that is left until its deadline (s); null where none counts. */
export function withTime(state: Omit<StatusEntry, 'secondsLeft'>): StatusEntry {
  const counting = state.deadline && state.phase !== 'closed';
  const secondsLeft = counting ? Math.max(0, Math.ceil((Date.parse(state.deadline ?? '') - Date.now()) / 1_000)) : null;
  return { ...state, secondsLeft };
}
