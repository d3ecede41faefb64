import { log, proxySinks, type Sinks } from '@temporalio/workflow';
import type { EndedBy, IncidentState, Outcome, Phase } from './contract.ts';

/** How an incident ended, as metrics count it: names that the catalogue knows, and nothing that a user may write freely. */
export interface EndedIncident {
  /** as the catalogue names it; null where the incident was refused before that was known */
  scenario: string | null;
  outcome: Outcome;
  endedBy: EndedBy;
  /** how long after its deadline the fault was withdrawn (ms), where it was the deadline that ended it */
  lateness: number | null;
}

/** What the worker hears of incidents, beside their histories: no command, so that a replay needs none of it. */
export interface IncidentSinks extends Sinks {
  incidents: { ended(incident: EndedIncident): void };
}

const { incidents } = proxySinks<IncidentSinks>();

/** Tells the worker of an incident that is over, once. */
export function tellEnded(now: IncidentState, scenario: string | null): void {
  const { outcome, endedBy, deadline, withdrawnAt } = now;
  const isByDeadline = endedBy === 'deadline' && deadline !== null && withdrawnAt !== null;
  const lateness = isByDeadline ? Math.max(0, Date.parse(withdrawnAt) - Date.parse(deadline)) : null;
  harmless(() => incidents.ended({ scenario, outcome: outcome ?? 'failed', endedBy: endedBy ?? 'failure', lateness }));
}

const phaseFields = {
  resolving: [],
  recording: [],
  injecting: ['deadline'],
  active: ['appliedAt', 'witnessedAt', 'deadline'],
  'rolling-back': ['endedBy'],
  verifying: ['withdrawnAt', 'withdrawnBy'],
  closed: ['outcome', 'endedBy', 'withdrawnAt', 'verifiedAt', 'error'],
} as const satisfies Record<Phase, (keyof IncidentState)[]>;

/** Logs that an incident is in another phase; not again in a replay. */
export function logPhase(now: IncidentState): void {
  const { scenario, flag, variant, phase } = now;
  const known = Object.fromEntries(phaseFields[phase].map((name) => [name, now[name]]));
  harmless(() => log.info(`incident ${phase}`, { scenario, flag, variant, phase, ...known }));
}

/** Nothing that is told is worth a fault that stays on. */
function harmless(tell: () => void): void {
  try {
    tell();
  } catch {
    // not told then
  }
}
