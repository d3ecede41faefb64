import type { Client } from '@temporalio/client';
import Table from 'cli-table3';
import { openRecords } from '../../activities/flags/ledger.ts';
import { incidentWorkflowType, type IncidentState } from '../../workflows/contract.ts';
import { formatDuration } from '../../workflows/duration.ts';
import { Problem } from '../../workflows/problem.ts';
import { IncidentHandle } from '../incident-handle.ts';
import { liveFlags } from '../live-flags.ts';
import { printJson, printLine } from '../output.ts';
import { runningLab } from '../running-lab.ts';

type Entry = Partial<IncidentState> & Pick<IncidentState, 'id' | 'scenario' | 'phase'> & { secondsLeft: number | null };

/** `status [id]`: the incidents under way, or one that may be over. */
export async function status(id: string | undefined, { json = false }: { json?: boolean }): Promise<void> {
  const { client } = await runningLab();
  const entries = id === undefined ? await underWay(client) : [await one(client, id)];
  await client.connection.close();
  if (json) return printJson(entries);
  if (entries.length === 0) return printLine('No incident is under way.');
  const table = new Table({ head: ['incident', 'flag', 'phase', 'left', 'outcome'], style: { head: ['bold'] } });
  for (const { id: name, flag, variant, phase, secondsLeft, outcome } of entries) {
    const left = secondsLeft === null ? '' : formatDuration(secondsLeft * 1_000);
    table.push([name, `${flag ?? ''} = ${variant ?? ''}`, phase, left, outcome ?? '']);
  }
  printLine(table.toString());
}

/** Those that Temporal has running and those that the ledger holds open: either may know one that the other does not. */
async function underWay(client: Client): Promise<Entry[]> {
  const { ledger } = await liveFlags();
  const open = openRecords(ledger).map(([, record]) => record);
  const ids = new Set(open.map(({ workflowId }) => workflowId));
  const query = `WorkflowType = '${incidentWorkflowType}' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId } of client.workflow.list({ query })) ids.add(workflowId);
  return await Promise.all(
    [...ids].map(async (id) => {
      const state = await new IncidentHandle(client, id).state().catch(() => undefined);
      if (state) return withTime(state);
      const record = open.find(({ workflowId }) => workflowId === id);
      const { scenario = '', flag = null, variant = null, until = null } = record ?? {};
      const phase = record?.state === 'withdrawing' ? 'rolling-back' : record?.witnessedAt ? 'active' : 'injecting';
      return withTime({ id, scenario, flag, variant, phase, deadline: until });
    }),
  );
}

async function one(client: Client, id: string): Promise<Entry> {
  const state = await new IncidentHandle(client, id).state();
  if (state) return withTime(state);
  throw new Problem('lab-down', `No worker answers for incident ${id}`, 'Look at the lab: npm run lab -- status');
}

function withTime(state: Omit<Entry, 'secondsLeft'>): Entry {
  const counting = state.deadline && state.phase !== 'closed';
  const secondsLeft = counting ? Math.max(0, Math.ceil((Date.parse(state.deadline ?? '') - Date.now()) / 1_000)) : null;
  return { ...state, secondsLeft };
}
