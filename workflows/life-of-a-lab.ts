import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ChildWorkflowCancellationType,
  defineQuery,
  defineSignal,
  executeChild,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { innermost, permanent } from './failures.ts';
import {
  lifecycleMessages,
  lifecycleTypes,
  type DeployResult,
  type Progress,
  type Report,
  type TeardownResult,
  type Work,
} from './lifecycle-contract.ts';
import type { lifecycle } from './lifecycle.ts';
import { Problem } from './problem.ts';

export const progress = defineQuery<Progress>(lifecycleMessages.progress);
export const report = defineSignal<[Report]>(lifecycleMessages.report);

const outputKept = 40;

/** Brings the lab up in its cluster, or finds that it is. Refused (`lifecycle-busy`) while another life cycle is under way. */
export async function deploy(): Promise<DeployResult> {
  return (await runAlone('deploy')) as DeployResult;
}

/** Ends the incidents and removes what `deploy` made. It fails (`left-behind`) where something of it is left. */
export async function teardown(): Promise<TeardownResult> {
  return (await runAlone('teardown')) as TeardownResult;
}

/** Has the child do the work and shows how far it is. */
async function runAlone(work: Work): Promise<DeployResult | TeardownResult> {
  const { taskQueue, workflowId, runId, startTime } = workflowInfo();
  const environment = taskQueue.replace(/^incidentfox-/, '');
  const now: Progress = {
    work,
    environment,
    phase: 'running',
    step: 'starting',
    since: startTime.toISOString(),
    detail: null,
    workloads: null,
    output: [],
    lines: 0,
  };
  setHandler(progress, () => now);
  setHandler(report, (told) => apply(now, told));
  const child = `${lifecycleTypes.child}-${environment}`;
  try {
    const result = await executeChild<typeof lifecycle>(lifecycleTypes.child, {
      workflowId: child,
      workflowTaskTimeout: '2s',
      args: [{ work, environment, tell: { workflowId, runId } }],
      // who cancels or terminates what people look at means the work
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    });
    now.phase = 'done';
    return result;
  } catch (error) {
    now.phase = 'failed';
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw innermost(error);
    const hint = `Follow it in the Web UI (workflow ${child}), and start again when it is over.`;
    throw permanent(new Problem('lifecycle-busy', `A deploy or teardown of ${environment} is under way`, hint));
  } finally {
    describe(now);
  }
}

function apply(now: Progress, told: Report): void {
  if (told.step !== undefined && told.step !== now.step) {
    Object.assign(now, { step: told.step, since: new Date().toISOString(), detail: null, workloads: null });
  }
  if (told.detail !== undefined) now.detail = told.detail;
  if (told.workloads !== undefined) now.workloads = told.workloads;
  if (told.output) {
    now.lines += told.output.length;
    now.output = [...now.output, ...told.output].slice(-outputKept);
  }
  describe(now);
}

/** What the Web UI shows as current details. */
function describe({ work, environment, phase, step, since, detail, workloads, output }: Progress): void {
  const lines = [`**${work} of ${environment}: ${phase}**`, `${step} (since ${since})`];
  if (detail !== null) lines.push(detail);
  if (workloads) lines.push(`${workloads.ready} of ${workloads.of} workloads are ready`);
  for (const { name, reason } of workloads?.waiting ?? []) lines.push(`- ${name}: ${reason ?? 'nothing tells why'}`);
  if (output.length > 0) lines.push(['```', ...output.slice(-10), '```'].join('\n'));
  setCurrentDetails(lines.join('\n\n'));
}
