import { randomBytes } from 'node:crypto';
import { scenarioNamed } from '../../scenarios/catalogue.ts';
import type { IncidentInput } from '../../workflows/contract.ts';
import { formatDuration, parseDuration } from '../../workflows/duration.ts';
import { labUp } from '../lab-up.ts';
import { note, printJson, printLine } from '../output.ts';
import { printReport } from '../report.ts';
import { explain, startIncident } from '../start.ts';

export interface RunOptions {
  duration?: string;
  variant?: string;
  detach?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

/** `npm run incident -- <scenario>`: starts an incident, in a lab that is brought up if need be, and follows it. */
export async function run(name: string, options: RunOptions): Promise<void> {
  const scenario = scenarioNamed(name);
  const { duration = scenario.defaultDuration, variant } = options;
  const length = formatDuration(parseDuration(duration));
  const input: IncidentInput = { scenario: scenario.name, duration, ...(variant === undefined ? {} : { variant }) };
  const id = `incident-${scenario.name}-${randomBytes(3).toString('hex')}`;
  if (options.dryRun) return await (await import('./dry-run.ts')).dryRun(id, input, options);

  const lab = await labUp();
  if (!options.detach) sayWhenLeft(id);
  await startIncident(lab, id, input, explain(scenario, variant, length));
  const [{ connect }, { exitCodeOf, IncidentHandle }, { follow }] = await Promise.all([
    import('../temporal.ts'),
    import('../incident-handle.ts'),
    import('../follow.ts'),
  ]);
  const client = await connect(lab);
  const incident = new IncidentHandle(client, id);
  if (options.detach) {
    if (options.json) printJson((await incident.state()) ?? { id, scenario: scenario.name, phase: 'resolving' });
    else printLine(`${id} is under way. Follow it with: npm run incident -- status ${id}`);
  } else {
    const result = await follow(incident);
    if (options.json) printJson(result);
    else printReport(result);
    process.exitCode = exitCodeOf(result);
  }
  await client.connection.close();
}

/** Ctrl-C ends the command, not the incident. */
function sayWhenLeft(id: string): void {
  process.once('SIGINT', () => {
    note(`\nYou left; the incident goes on to its deadline. End it now with: npm run incident -- stop ${id}`);
    process.exit(130);
  });
}
