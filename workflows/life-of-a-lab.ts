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
import { summarized } from './activities.ts';
import { innermost, permanent } from './failures.ts';
import {
  lifecycleMessages,
  lifecycleTypes,
  type DeployRequest,
  type DeployResult,
  type DriftResult,
  lifecycleId,
  type LifecycleActivities,
  type Progress,
  type Report,
  type TeardownResult,
  type Work,
} from './lifecycle-contract.ts';
import type { lifecycle } from './lifecycle.ts';
import { describe } from './lifecycle-details.ts';
import { preflightOptions } from './options.ts';
import { Problem, shown } from './problem.ts';

export const progress = defineQuery<Progress>(lifecycleMessages.progress);
export const report = defineSignal<[Report]>(lifecycleMessages.report);

const outputKept = 40;
const first = summarized<LifecycleActivities>(preflightOptions);

/**
 * Brings the lab up, with its cluster where Terraform makes that, or finds that it is; with `planOnly` it only says what is to be
 * done. Refused (`lifecycle-busy`) while another life cycle is under way.
 */
export async function deploy(request?: unknown): Promise<DeployResult | DriftResult> {
  return (await runAlone('deploy', deployRequestIn(request))) as DeployResult | DriftResult;
}

/** Ends the incidents and removes what `deploy` made. It fails (`left-behind`) where something of it is left. */
export async function teardown(): Promise<TeardownResult> {
  return (await runAlone('teardown', {})) as TeardownResult;
}

/** Throws Problem `bad-input` as a failure. */
function deployRequestIn(request: unknown): DeployRequest {
  const { yes, planOnly, ttl } = (request ?? {}) as Record<string, unknown>;
  if (isMissingOr(yes, 'boolean') && isMissingOr(planOnly, 'boolean') && isMissingOr(ttl, 'string')) {
    return Object.fromEntries(Object.entries({ yes, planOnly, ttl }).filter(([, value]) => value !== undefined));
  }
  const hint = 'It takes {"yes": true, "planOnly": true, "ttl": "8h"}, or nothing.';
  throw permanent(new Problem('bad-input', `The input of deploy is ${shown(request)}`, hint));
}

function isMissingOr(value: unknown, type: 'boolean' | 'string'): boolean {
  return value === undefined || typeof value === type;
}

/** Has the child do the work and shows how far it is. */
async function runAlone(work: Work, options: DeployRequest): Promise<DeployResult | DriftResult | TeardownResult> {
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
    const { environment, terraform = false } = await first('which environment').nameEnvironment();
    now.environment = environment;
    const result = await executeChild<typeof lifecycle>(lifecycleTypes.child, {
      workflowId: lifecycleId(environment),
      workflowTaskTimeout: '2s',
      args: [
        {
          work,
          environment,
          tell: { workflowId, runId },
          ...(terraform ? { terraform } : {}),
          ...(Object.keys(options).length > 0 ? { deploy: options } : {}),
        },
      ],
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
    const hint = `Follow it in the Web UI (workflow ${lifecycleId(name)}), and start again when it is over or was cancelled.`;
    throw permanent(new Problem('lifecycle-busy', `A deploy or teardown of ${name} is under way`, hint));
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
