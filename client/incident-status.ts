import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { LedgerRecord } from '../activities/flags/ledger.ts';
import { Problem } from '../workflows/problem.ts';
import { IncidentHandle } from './incident-handle.ts';
import { type StatusEntry, told, withTime } from './told.ts';

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
