import { codecKeysFile } from '../environments/codec-keys.ts';
import { environmentName } from '../environments/load.ts';
import { tracesWanted } from '../environments/traces.ts';
import type { LabState } from '../lab/state.ts';
import type { Scenario } from '../scenarios/schema.ts';
import { type IncidentInput, incidentWorkflowType, taskQueues } from '../workflows/contract.ts';
import { Problem } from '../workflows/problem.ts';

/** A worker that is killed inside a workflow task otherwise costs 10 s. */
const workflowTaskTimeout = '2s';

/** What the Web UI shows of an incident from its start on. */
export interface Explanation {
  summary: string;
  details: string;
}

export function explain(scenario: Scenario, variant: string | undefined, length: string): Explanation {
  return { summary: `${scenario.title} (${variant ?? 'default variant'}, ${length})`, details: scenario.breaks };
}

/**
 * Starts an incident. On the lab's own server over Temporal's HTTP API, so that the fault need not wait until the SDK is
 * loaded (0.3 s); on any other, which may want TLS or a key, and where payloads are encrypted or calls are traced, through the SDK.
 */
export async function startIncident(
  lab: LabState,
  id: string,
  input: IncidentInput,
  explanation: Explanation,
): Promise<void> {
  const { http } = lab.temporal;
  if (http && codecKeysFile() === undefined && !tracesWanted()) await startOverHttp(http, id, input, explanation);
  else await startThroughSdk(lab, id, input, explanation);
}

async function startOverHttp(api: string, id: string, input: IncidentInput, explanation: Explanation): Promise<void> {
  const body = JSON.stringify({
    workflowType: { name: incidentWorkflowType },
    taskQueue: { name: taskQueues(environmentName()).main },
    workflowTaskTimeout,
    input: [input],
    userMetadata: explanation,
  });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${api}/api/v1/namespaces/default/workflows/${id}`, {
    method: 'POST',
    headers,
    body,
  }).catch((error: unknown) => {
    throw new Problem('lab-down', `No Temporal server answers at ${api}`, 'Look at the lab: npm run lab -- status', {
      cause: error,
    });
  });
  if (response.ok) return;
  throw new Problem(
    'internal',
    `Temporal did not start the incident: ${await response.text()}`,
    'Its log: npm run lab -- logs temporal',
  );
}

async function startThroughSdk(
  lab: LabState,
  id: string,
  input: IncidentInput,
  explanation: Explanation,
): Promise<void> {
  const { connect } = await import('./temporal.ts');
  const client = await connect(lab);
  const { summary: staticSummary, details: staticDetails } = explanation;
  await client.workflow.start(incidentWorkflowType, {
    taskQueue: taskQueues(environmentName()).main,
    workflowId: id,
    args: [input],
    workflowTaskTimeout,
    staticSummary,
    staticDetails,
  });
  await client.connection.close();
}
