import type { Client } from '@temporalio/client';
import { ifThere } from '../../activities/flags/if-there.ts';
import { runningIncidents } from '../../activities/owners.ts';
import { entryOf } from '../incident-status.ts';
import { incidentTable } from '../incident-table.ts';
import { liveFlags } from '../live-flags.ts';
import { printJson, printLine } from '../output.ts';
import { runningLab } from '../running-lab.ts';

/** `status [id]`: the incidents under way, or one that may be over. */
export async function status(id: string | undefined, { json = false }: { json?: boolean }): Promise<void> {
  const { client } = await runningLab();
  // where the flags are gone, Temporal still knows how its incidents ended
  const { state } = (await ifThere(liveFlags())) ?? {};
  const recorded = state?.open().map(([, record]) => record.workflowId) ?? [];
  const ids = id === undefined ? await underWay(client, recorded) : [id];
  const entries = await Promise.all(ids.map((each) => entryOf(client, each, state?.records() ?? [])));
  await client.connection.close();
  if (json) return printJson(entries);
  if (entries.length === 0) return printLine('No incident is under way.');
  printLine(incidentTable(entries));
  if (state?.halted)
    printLine('The safety lever is pulled: no incident can start. Release it: npm run incident -- resume');
}

/** Those that Temporal has running and those that the ledger holds open: either may know one that the other does not. */
async function underWay(client: Client, recorded: string[]): Promise<string[]> {
  const ids = new Set(recorded);
  for await (const { workflowId } of runningIncidents(client)) ids.add(workflowId);
  return [...ids];
}
