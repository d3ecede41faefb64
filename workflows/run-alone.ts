import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ChildWorkflowCancellationType,
  defineQuery,
  defineSignal,
  executeChild,
  ParentClosePolicy,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { innermost, permanent } from './failures.ts';
import { type Caller, lifecycleMessages, type Progress, type Report } from './lifecycle-contract.ts';
import { describe } from './lifecycle-details.ts';
import type { Problem } from './problem.ts';

export const progress = defineQuery<Progress>(lifecycleMessages.progress);
export const report = defineSignal<[Report]>(lifecycleMessages.report);

const outputKept = 40;

/** The work of a workflow that people look at, done by a child whose id is its lock. */
interface Alone<Named> {
  work: Progress['work'];
  /** an activity that names the environment */
  name: () => Promise<Named>;
  type: string;
  /** id of the child */
  idOf: (environment: string) => string;
  /** what it takes */
  request: (named: Named, tell: Caller) => object;
  /** why it cannot be done while another such child is there */
  busy: (environment: string) => Problem;
}

/** Has the child do the work and shows how far it is. */
export async function runAlone<Named extends { environment: string }, Result>({
  work,
  name,
  type,
  idOf,
  request,
  busy,
}: Alone<Named>): Promise<Result> {
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
    const named = await name();
    now.environment = named.environment;
    const result = (await executeChild(type, {
      workflowId: idOf(named.environment),
      workflowTaskTimeout: '2s',
      args: [request(named, { workflowId, runId })],
      // who cancels or terminates what people look at means the work
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    })) as Result;
    now.phase = 'done';
    return result;
  } catch (error) {
    now.phase = 'failed';
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw innermost(error);
    throw permanent(busy(now.environment ?? ''));
  } finally {
    describe(now);
  }
}

function apply(now: Progress, told: Report): void {
  if (told.step !== undefined && told.step !== now.step) {
    Object.assign(now, {
      step: told.step,
      since: new Date().toISOString(),
      detail: null,
      workloads: null,
      resources: null,
    });
  }
  if (told.detail !== undefined) now.detail = told.detail;
  if (told.workloads !== undefined) now.workloads = told.workloads;
  if (told.resources !== undefined) now.resources = told.resources;
  if (told.plan !== undefined) now.plan = told.plan;
  if (told.output) {
    now.lines += told.output.length;
    now.output = [...now.output, ...told.output].slice(-outputKept);
  }
  describe(now);
}
