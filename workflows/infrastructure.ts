import { condition, defineSignal, getExternalWorkflowHandle, setHandler } from '@temporalio/workflow';
import { summarized } from './activities.ts';
import { permanent, typeOf } from './failures.ts';
import {
  type Approval,
  type Caller,
  type Infrastructure,
  type InfrastructureActivities,
  type InfrastructurePlan,
  lifecycleMessages,
  type Report,
  type Work,
} from './lifecycle-contract.ts';
import { applyOptions, lifecycleOptions, preflightOptions } from './options.ts';
import { Problem, type ProblemCode } from './problem.ts';

const first = summarized<InfrastructureActivities>(preflightOptions);
const step = summarized<InfrastructureActivities>(lifecycleOptions);
const long = summarized<InfrastructureActivities>(applyOptions);

export const approve = defineSignal<[Approval]>(lifecycleMessages.approve);

/** One that nobody thinks of any more must not keep the lab from being torn down. */
const longestApproval = '24h';

/** How often a plan is made anew because something had changed before it was applied. */
const mostPlans = 10;

/** Which plans people have approved, by hash. Listens from now on. */
export function listenForApprovals(): ReadonlySet<string> {
  const approved = new Set<string>();
  setHandler(approve, (request: Approval | undefined) => {
    if (typeof request?.hash === 'string') approved.add(request.hash);
  });
  return approved;
}

/**
 * Makes the cluster and all that it stands on. What destroys anything, and without `yes` every plan, waits for Signal `approve`
 * with its hash; `begins` is called once, before the first thing is made that costs money.
 */
export async function makeInfrastructure(
  tell: Caller,
  approved: ReadonlySet<string>,
  { yes, begins }: { yes: boolean; begins: () => Promise<void> },
): Promise<Infrastructure & { warnings: string[] }> {
  const found = await prepare(tell, 'deploy');
  const { applied, cost } = await converge(tell, false, async (plan) => {
    if (!yes || plan.destroy > 0) await approvalOf(plan, tell, approved);
    await begins();
  });
  await step('the kubeconfig').connectCluster({ tell });
  await step('what runs in the cluster beside the demo').installAddons({ tell });
  return { ...found, applied, cost };
}

/** What a deploy would change; nothing is. `connected`: whether there is a cluster to look into. */
export async function planInfrastructure(tell: Caller): Promise<{ plan: InfrastructurePlan; connected: boolean }> {
  await prepare(tell, 'deploy');
  const plan = await step('plan').planTerraform({ tell, destroy: false });
  const { exists } = await step('the kubeconfig').connectCluster({ tell });
  return { plan, connected: exists };
}

/**
 * Takes it all down; `inside` first, where there still is a cluster. Answers what is left in the account.
 */
export async function removeInfrastructure(tell: Caller, inside: () => Promise<void>): Promise<string[]> {
  await prepare(tell, 'teardown');
  const { exists } = await step('the kubeconfig').connectCluster({ tell });
  if (exists) await inside();
  const clean = async (): Promise<void> => {
    await step('what the cluster made by itself').removeClusterMade({ tell });
  };
  const destroy = async (): Promise<void> => void (await converge(tell, true, () => Promise.resolve()));
  // some of it is in use until the nodes are gone, or shows itself only then, and holds up their network
  const isHeld = await unless('left-behind', clean());
  const isHeldUp = await unless('terraform-failed', destroy());
  if (isHeld || isHeldUp) await clean();
  if (isHeldUp) await destroy();
  return (await step('see that nothing is left in the account').sweep({ tell })).left;
}

/** Looks at the account, and has Terraform reach its state. */
async function prepare(tell: Caller, work: Work): ReturnType<InfrastructureActivities['preflightAws']> {
  const found = await first('credentials, account, tools').preflightAws({ tell, work });
  await step('init').initTerraform({ tell, work });
  return found;
}

/** Answers whether `work` failed in that way; throws any other failure. */
async function unless(type: ProblemCode, work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return false;
  } catch (error) {
    if (typeOf(error) !== type) throw error;
    return true;
  }
}

/** Plans and applies until there is nothing to do. A plan that the world has overtaken is made anew, and asked for anew. */
async function converge(
  tell: Caller,
  destroy: boolean,
  allow: (plan: InfrastructurePlan) => Promise<void>,
): Promise<Pick<Infrastructure, 'applied' | 'cost'>> {
  let applied: Infrastructure['applied'] = null;
  for (let plans = 0; plans < mostPlans; plans += 1) {
    const plan = await step(destroy ? 'plan to destroy' : 'plan').planTerraform({ tell, destroy });
    const { hash, add, change, destroy: away, outputs, cost } = plan;
    const isEmpty = add + change + away === 0;
    if (isEmpty && outputs === 0) return { applied, cost };
    if (!isEmpty) {
      await allow(plan);
      applied = { add, change, destroy: away };
    }
    try {
      await long(`apply: ${add} to add, ${change} to change, ${away} to destroy`).applyTerraform({ tell, hash });
      return { applied, cost };
    } catch (error) {
      const type = typeOf(error);
      if (type !== 'plan-refused' && type !== 'aws-credentials') throw error;
      if (type === 'aws-credentials') await long('wait for valid credentials').awaitCredentials({ tell });
    }
  }
  throw permanent(
    new Problem(
      'terraform-failed',
      `After ${mostPlans} plans there is still something to change`,
      'See the last plan in the Web UI: somebody else may be at work on the same account.',
    ),
  );
}

async function approvalOf(plan: InfrastructurePlan, tell: Caller, approved: ReadonlySet<string>): Promise<void> {
  if (approved.has(plan.hash)) return;
  const destroys = plan.destroy > 0 ? ' It destroys something.' : '';
  await report(tell, { step: 'waiting for approval', detail: `plan ${plan.hash}.${destroys}`, plan });
  const isApproved = await condition(() => approved.has(plan.hash), longestApproval);
  await report(tell, { plan: null });
  if (!isApproved) {
    const hint = 'Nothing was changed. Deploy again when somebody is there to approve it.';
    throw permanent(new Problem('plan-refused', 'Nobody has approved the plan within 24 hours', hint));
  }
}

/** A caller that is gone does not keep the work from being done. */
async function report({ workflowId, runId }: Caller, told: Report): Promise<void> {
  await getExternalWorkflowHandle(workflowId, runId)
    .signal(lifecycleMessages.report, told)
    .catch(() => undefined);
}
