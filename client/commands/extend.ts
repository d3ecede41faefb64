import { parseDuration } from '../../workflows/duration.ts';
import { IncidentHandle } from '../incident-handle.ts';
import { printJson, printLine } from '../output.ts';
import { runningLab } from '../running-lab.ts';

/** `extend <id> <by>`: moves an incident's deadline, once the ledger has it. */
export async function extend(id: string, by: string, { json = false }: { json?: boolean }): Promise<void> {
  parseDuration(by);
  const { client } = await runningLab();
  const { deadline } = await new IncidentHandle(client, id).extend(by);
  if (json) printJson({ id, deadline });
  else printLine(`${id} now lasts until ${deadline}`);
  await client.connection.close();
}
