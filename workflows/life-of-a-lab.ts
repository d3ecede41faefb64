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
import { summarized } from './activities.ts';
import { innermost, permanent } from './failures.ts';
import {
  lifecycleMessages,
  lifecycleTypes,
  type DeployResult,
  type LifecycleActivities,
  type Progress,
  type Report,
  type TeardownResult,
  type Work,
} from './lifecycle-contract.ts';
import type { lifecycle } from './lifecycle.ts';
import { preflightOptions } from './options.ts';
import { Problem } from './problem.ts';

export const progress = defineQuery<Progress>(lifecycleMessages.progress);
export const report = defineSignal<[Report]>(lifecycleMessages.report);

const outputKept = 40;
const first = summarized<LifecycleActivities>(preflightOptions);

/** Brings the lab up in its cluster, or finds that it is. Refused (`lifecycle-busy`) while another life cycle is under way. */
export async function deploy(): Promise<DeployResult> {
  return (await runAlone('deploy')) as DeployResult;
}

/** Ends the incidents and removes what `deploy` made. It fails (`left-behind`) where something of it is left. */
export async function teardown(): Promise<TeardownResult> {
  return (await runAlone('teardown')) as TeardownResult;
}

/** Its id is the lock. */
function childOf(environment: string): string {
  return `${lifecycleTypes.child}-${environment}`;
}

/** Has the child do the work and shows how far it is. */
async function runAlone(work: Work): Promise<DeployResult | TeardownResult> {
  const { workflowId, runId, startTime } = workflowInfo();
  const now: Progress = {
    work,
    environment: null,
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
  try {
    // not from the task queue, which a replay does not have
    const { environment } = await first('which environment').nameEnvironment();
    now.environment = environment;
    const result = await executeChild<typeof lifecycle>(lifecycleTypes.child, {
      workflowId: childOf(environment),
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
    const name = now.environment ?? '';
    const hint = `Follow it in the Web UI (workflow ${childOf(name)}), and start again when it is over.`;
    throw permanent(new Problem('lifecycle-busy', `A deploy or teardown of ${name} is under way`, hint));
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
  const lines = [`**${work} of ${environment ?? 'the lab'}: ${phase}**`, `${step} (since ${since})`];
  if (detail !== null) lines.push(detail);
  if (workloads) lines.push(`${workloads.ready} of ${workloads.of} workloads are ready`);
  for (const { name, reason } of workloads?.waiting ?? []) lines.push(`- ${name}: ${reason ?? 'nothing tells why'}`);
  if (output.length > 0) lines.push(['```', ...output.slice(-10), '```'].join('\n'));
  setCurrentDetails(lines.join('\n\n'));
}
