import { setTimeout as delay } from 'node:timers/promises';
import pc from 'picocolors';
import type { IncidentResult, IncidentState } from '../workflows/contract.ts';
import { formatDuration } from '../workflows/duration.ts';
import type { IncidentHandle } from './incident-handle.ts';
import { startSpinner } from './spinner.ts';

const barWidth = 24;

/** Shows an incident live until it ends. */
export async function follow(incident: IncidentHandle): Promise<IncidentResult> {
  const spinner = await startSpinner('starting');
  let last: IncidentState | undefined;
  const ended = incident.result();
  const over = ended.then(
    () => true,
    () => true,
  );
  try {
    while (!(await Promise.race([over, delay(last?.phase === 'active' ? 500 : 100, false)]))) {
      last = (await Promise.race([incident.state(), over.then(() => undefined)])) ?? last;
      spinner.show(last ? describe(last) : 'starting');
    }
    return await ended;
  } finally {
    spinner.stop();
  }
}

/** One line on where the incident is; on a terminal with a bar of the time that is left. */
export function describe(state: IncidentState): string {
  const fault = pc.bold(`${state.flag ?? state.scenario} = ${state.variant ?? '…'}`);
  if (state.phase !== 'active' || !state.deadline || !state.witnessedAt) return `${state.phase}: ${fault}`;
  if (!process.stderr.isTTY) return `${pc.red('active')}: ${fault} until ${state.deadline}`;
  const [from, to] = [Date.parse(state.witnessedAt), Date.parse(state.deadline)];
  const share = Math.min(1, Math.max(0, (Date.now() - from) / (to - from)));
  const bar = '█'.repeat(Math.round(share * barWidth)).padEnd(barWidth, '░');
  return `${pc.red('active')}: ${fault} ${bar} ${formatDuration(to - Date.now())} left`;
}
