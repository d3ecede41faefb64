import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { LedgerRecord } from '../activities/flags/ledger.ts';
import type { IncidentState } from '../workflows/contract.ts';
import { Problem } from '../workflows/problem.ts';
import { IncidentHandle } from './incident-handle.ts';

/** An incident as `status` shows it. */
export type StatusEntry = Partial<IncidentState> &
  Pick<IncidentState, 'id' | 'scenario' | 'phase'> & { secondsLeft: number | null };

/**
 * One incident, by its workflow and by the ledger. A workflow that was terminated never learned how its fault ended, and one
 * that no worker answers for does not know yet: then the ledger tells. Throws Problems `no-such-incident` and `lab-down`.
 */
export async function entryOf(client: Client, id: string, records: LedgerRecord[]): Promise<StatusEntry> {
  const incident = new IncidentHandle(client, id);
  const record = records.findLast(({ workflowId }) => workflowId === id);
  const [state, unfinished] = await Promise.all([
    incident.state().catch((error: unknown) => {
      if (record) return undefined;
      throw error;
    }),
    isUnfinished(client, id),
  ]);
  const knowsMore = unfinished || (record?.state !== 'open' && state?.phase === 'active');
  if (record && (!state || (knowsMore && state.phase !== 'closed'))) return withTime({ ...state, ...told(record) });
  if (state) return withTime(state);
  throw new Problem('lab-down', `No worker answers for incident ${id}`, 'Look at the lab: npm run lab -- status');
}

/** Whether the workflow is over without having come to its end: terminated, timed out, or gone altogether. */
async function isUnfinished(client: Client, id: string): Promise<boolean> {
  try {
    const { status } = await client.workflow.getHandle(id).describe();
    return status.name !== 'RUNNING' && status.name !== 'COMPLETED';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return true;
    throw error;
  }
}

/** What the ledger's record tells of an incident. */
function told(record: LedgerRecord): Omit<StatusEntry, 'secondsLeft'> {
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

function withTime(state: Omit<StatusEntry, 'secondsLeft'>): StatusEntry {
  const counting = state.deadline && state.phase !== 'closed';
  const secondsLeft = counting ? Math.max(0, Math.ceil((Date.parse(state.deadline ?? '') - Date.now()) / 1_000)) : null;
  return { ...state, secondsLeft };
}
