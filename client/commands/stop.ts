import { follow } from '../follow.ts';
import { exitCodeOf, IncidentHandle } from '../incident-handle.ts';
import { printJson } from '../output.ts';
import { printReport } from '../report.ts';
import { runningLab } from '../running-lab.ts';

/** `stop <id>`: ends an incident now and waits for its verified recovery. */
export async function stop(id: string, { reason, json = false }: { reason: string; json?: boolean }): Promise<void> {
  const { client } = await runningLab();
  const incident = new IncidentHandle(client, id);
  await incident.stop(reason);
  const result = await follow(incident);
  if (json) printJson(result);
  else printReport(result);
  process.exitCode = exitCodeOf(result);
  await client.connection.close();
}
