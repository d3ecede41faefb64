import { defineSearchAttributeKey } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes, type WorkflowInfo } from '@temporalio/workflow';
import { type IncidentState, type Outcome, type Phase, searchAttributes } from './contract.ts';
import { logPhase } from './incident-sink.ts';
import { shown } from './problem.ts';

/** An incident of which nothing is known but its input. */
export function newState(info: WorkflowInfo, input: unknown): IncidentState {
  const asked = typeof input === 'object' && input !== null && 'scenario' in input ? input.scenario : input;
  return {
    id: info.workflowId,
    runId: info.runId,
    scenario: shown(asked ?? ''),
    title: null,
    flag: null,
    variant: null,
    phase: 'resolving',
    outcome: null,
    endedBy: null,
    withdrawnBy: null,
    reason: null,
    startedAt: info.startTime.toISOString(),
    appliedAt: null,
    witnessedAt: null,
    deadline: null,
    withdrawnAt: null,
    verifiedAt: null,
    before: null,
    applied: null,
    after: null,
    overwritten: null,
    receipts: [],
    error: null,
  };
}

/** What an incident that is over may claim: never a fault that nobody saw, never a recovery that nobody verified. */
export function outcomeOf(now: IncidentState): Outcome {
  if (now.withdrawnAt && !now.verifiedAt) return 'not-verified';
  if (now.error && !now.witnessedAt && now.error !== notWitnessed) return 'failed';
  return now.witnessedAt ? 'recovered' : 'invalid-injection';
}

export const notWitnessed = 'No flag evaluation showed the fault in time';

/** Enters a phase, shows it in the Web UI and logs it. */
export function enter(now: IncidentState, phase: Phase): void {
  now.phase = phase;
  describe(now);
  logPhase(now);
}

/** The same, and as search attributes: only where they are registered, an unknown one fails the task. */
export function publishPhase(now: IncidentState, phase: Phase, registered: string[]): void {
  enter(now, phase);
  const values = {
    [searchAttributes.scenario]: now.scenario,
    [searchAttributes.flag]: now.flag,
    [searchAttributes.phase]: phase,
  };
  const pairs = Object.entries(values)
    .filter(([name, value]) => value !== null && registered.includes(name))
    .map(([name, value]) => ({ key: defineSearchAttributeKey(name, 'KEYWORD'), value }));
  if (pairs.length > 0) upsertSearchAttributes(pairs);
}

/** Keeps the Web UI's "current details" true: what is broken, until when, how to stop it, how it ended. */
export function describe(now: IncidentState): void {
  const fault = now.flag ? `\`${now.flag}\` = \`${now.variant}\`` : `\`${now.scenario}\``;
  const stopIt = `Stop it: \`npm run incident -- stop ${now.id}\` or \`temporal workflow signal --workflow-id ${now.id} --name stop\``;
  const lines: Record<Phase, string[]> = {
    resolving: [`Checking ${fault}; nothing is changed yet.`],
    recording: [`About to set ${fault}: ${now.title ?? ''}`],
    injecting: [`Setting ${fault}, waiting until the flag daemon shows it.`, stopIt],
    active: [`**Broken: ${now.title ?? ''}**`, `${fault} until **${now.deadline}**.`, stopIt],
    'rolling-back': [`Withdrawing ${fault} (${now.endedBy}).`],
    verifying: [`${fault} was withdrawn at ${now.withdrawnAt}; waiting until the flag daemon shows it.`],
    closed: [
      `**${now.outcome}**: ${fault}, ended by ${now.endedBy}${now.reason ? ` (${shown(now.reason)})` : ''}.`,
      `Seen ${now.witnessedAt ?? 'never'}, withdrawn ${now.withdrawnAt ?? 'never applied'}, verified ${now.verifiedAt ?? 'not'}.`,
    ],
  };
  setCurrentDetails(lines[now.phase].join('\n\n'));
}
