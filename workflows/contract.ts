/**
 * The names and shapes on the wire. Additive only: people start workflows with `temporal` and `tctl`, and programs read
 * these results. Imports nothing, so that every part of the project may import it.
 */
export const incidentWorkflowType = 'incident';

/** Messages of an incident: Signal `stop`, Update `extend`, Query `state`. */
export const messages = { stop: 'stop', extend: 'extend', state: 'state' } as const;

/** Search attributes (Keyword), set where the server has them registered. */
export const searchAttributes = {
  scenario: 'IncidentScenario',
  flag: 'IncidentFlag',
  phase: 'IncidentPhase',
} as const;

/** Input of `incident`; durations are written as people write them: `90s`, `10m`, `1h30m`. */
export interface IncidentInput {
  scenario: string;
  duration?: string;
  variant?: string;
}

export type Phase = 'resolving' | 'recording' | 'injecting' | 'active' | 'rolling-back' | 'verifying' | 'closed';
export type Outcome = 'recovered' | 'not-verified' | 'invalid-injection' | 'refused' | 'failed';
export type EndedBy = 'deadline' | 'stop' | 'cancel' | 'halt' | 'failure' | 'ownerless';
export type WithdrawnBy = 'workflow' | 'reconciler' | 'lever' | 'outside';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** What a witness saw and when: a flag evaluation over OFREP, or the value of the scenario's indicator. */
export interface Receipt {
  witness: 'ofrep' | 'indicator';
  moment: 'before' | 'during' | 'after';
  at: string;
  [detail: string]: Json;
}

/** An incident as Query `state` shows it at any time. Times are ISO 8601 in UTC, null until they are known. */
export interface IncidentState {
  id: string;
  runId: string;
  scenario: string;
  title: string | null;
  flag: string | null;
  variant: string | null;
  phase: Phase;
  outcome: Outcome | null;
  endedBy: EndedBy | null;
  withdrawnBy: WithdrawnBy | null;
  reason: string | null;
  startedAt: string;
  appliedAt: string | null;
  witnessedAt: string | null;
  deadline: string | null;
  withdrawnAt: string | null;
  verifiedAt: string | null;
  /** the definition before the fault, the fault's own, the one read after the rollback, and a hand edit that the rollback replaced */
  before: JsonObject | null;
  applied: JsonObject | null;
  after: JsonObject | null;
  overwritten: JsonObject | null;
  receipts: Receipt[];
  /** what went wrong, if something did */
  error: string | null;
}

/** The result of an incident that was not refused. */
export type IncidentResult = IncidentState & { phase: 'closed'; outcome: Outcome; endedBy: EndedBy };

/** Who owns a ledger record: the workflow, by its id and the first run id of its chain (a reset keeps the first). */
export interface Owner {
  workflowId: string;
  firstRunId: string;
}

/** What the forward path needs of a resolved scenario; kept in history, so that a redeploy never changes a replay. */
export interface Resolved {
  scenario: string;
  title: string;
  flag: string;
  variant: string;
  before: JsonObject;
  applied: JsonObject;
  /** evaluation context with which the fault is seen, and the value that is seen then */
  context: JsonObject;
  value: Json;
  /** ms */
  duration: number;
  lab: string;
  /** the evaluation before the fault, which the one after it is held against */
  resting: Receipt;
  indicator: Indicator | null;
  receipts: Receipt[];
  /** which of our search attributes the server has registered */
  searchAttributes: string[];
}

/** A scenario's indicator, for Prometheus and for the embedded shop, and when it tells of the fault. */
export interface Indicator {
  title: string;
  /** PromQL */
  query?: string;
  /** how long after the fault it is full of it (ms) */
  window?: number;
  service: string;
  signal: string;
  route?: string;
  above?: number;
  below?: number;
}

/** Activities of the forward path. Each refuses with the error document's code as failure type. */
export interface ForwardActivities {
  resolve(request: { owner: Owner; input: unknown }): Promise<Resolved>;
  record(request: { owner: Owner; resolved: Resolved }): Promise<{ until: string }>;
  inject(request: { owner: Owner; lab: string }): Promise<{ appliedAt: string }>;
  /** null when no evaluation showed the fault in time */
  witness(request: { owner: Owner; resolved: Resolved }): Promise<Witnessed | null>;
  /** moves the record's `until`; absolute, so that an attempt that is repeated extends once */
  extend(request: { owner: Owner; lab: string; until: string }): Promise<{ until: string }>;
  /** for moment `after`: waits, within bounds, until the indicator is as it was `before`, or no longer tells of the fault */
  observe(request: { indicator: Indicator; moment: Receipt['moment']; before?: Receipt }): Promise<Receipt>;
}

export interface Witnessed {
  witnessedAt: string;
  until: string;
  receipt: Receipt;
}

/** Activities of the rollback path, on a task queue of their own; retried without limit. */
export interface RollbackActivities {
  withdraw(request: { owner: Owner; lab: string; endedBy?: EndedBy | null }): Promise<{
    withdrawnAt: string;
    withdrawnBy: WithdrawnBy;
    overwritten: JsonObject | null;
  }>;
  verify(request: { fault: Pick<Resolved, 'flag' | 'context' | 'resting'>; id: string }): Promise<{
    verified: boolean;
    at: string;
    receipt: Receipt;
  }>;
  close(request: { owner: Owner; lab: string; verifiedAt?: string | null }): Promise<{
    after: JsonObject | null;
    overwritten?: JsonObject | null;
  }>;
}

/** Name of the task queue of an environment's life cycle and, second, of everything that withdraws faults. */
export function taskQueues(environment: string): { main: string; rollback: string } {
  return { main: `incidentfox-${environment}`, rollback: `incidentfox-${environment}-rollback` };
}
