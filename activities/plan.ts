import { z } from 'zod';
import { scenarioNamed } from '../scenarios/catalogue.ts';
import { newestFirst, type ResolvedFault, resolveFault } from '../scenarios/resolve.ts';
import type { Scenario } from '../scenarios/schema.ts';
import type { Indicator, Owner } from '../workflows/contract.ts';
import { parseDuration } from '../workflows/duration.ts';
import { Problem, shown } from '../workflows/problem.ts';
import type { FlagDocument } from './flags/document.ts';
import { requireFree, requireReleased } from './flags/refusals.ts';
import type { StoreState } from './flags/state.ts';

const incidentInput = z.strictObject({
  scenario: z.string(),
  duration: z.string().optional(),
  variant: z.string().optional(),
});

/** What an incident would do, resolved against the live flags: the same for the workflow and for `--dry-run`. */
export interface Plan extends ResolvedFault {
  title: string;
  /** ms */
  duration: number;
  indicator: Indicator | null;
}

/**
 * Checks an incident's input against the catalogue and the live flag document at `location`, and that nothing stands in
 * its way. Throws Problems.
 */
export function planIncident(input: unknown, state: StoreState, location: string, owner: Owner): Plan {
  const asked = incidentInput.safeParse(input);
  if (!asked.success) throw badInput(input, asked.error);
  const scenario = scenarioNamed(asked.data.scenario);
  const duration = parseDuration(asked.data.duration ?? scenario.defaultDuration);
  requireReleased(state);
  const document = withoutOwnFault(state, owner);
  const flags = document.flags(location);
  for (const { flag } of Object.values(scenario.flags)) requireFree(state, flag, owner.firstRunId);
  const fault = resolveFault(scenario, flags, { variant: asked.data.variant, incident: owner.workflowId });
  return { ...fault, title: scenario.title, duration, indicator: indicatorOf(scenario) };
}

/** A run that was reset finds its own fault in force: it resolves as if that were not there. */
function withoutOwnFault(state: StoreState, owner: Owner): FlagDocument {
  const record = state.record(owner.firstRunId);
  if (!record) return state.document;
  if (record.state === 'open') return state.document.with(new Map([[record.flag, record.before]]));
  throw new Problem(
    'record-closed',
    `Incident ${record.id} is over: its fault was withdrawn at ${record.withdrawnAt ?? 'an unknown time'}`,
    'A reset cannot bring it back. Start a new incident.',
  );
}

function indicatorOf({ indicator }: Scenario): Indicator {
  const { title, promql, faulty } = indicator;
  const { service, signal, route } = indicator.embedded;
  return { title, query: queryOf(promql), service, signal, ...(route ? { route } : {}), ...faulty };
}

/** One query for all versions of the demo: the newest that finds something there. */
function queryOf(promql: string | Record<string, string>): string {
  if (typeof promql === 'string') return promql;
  return newestFirst(promql)
    .map((query) => `(${query})`)
    .join(' or ');
}

function badInput(input: unknown, error: z.ZodError): Problem {
  const [issue] = error.issues;
  const where = issue?.path.length ? `"${issue.path.join('.')}": ` : '';
  return new Problem(
    'bad-input',
    `${input === undefined ? 'Nothing' : shown(input)} is not an incident's input: ${where}${issue?.message ?? 'wrong'}`,
    'Give {"scenario":"payment-failure","duration":"10m","variant":"50%"}; only scenario is required.',
  );
}
