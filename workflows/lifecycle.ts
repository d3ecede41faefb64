import { summarized } from './activities.ts';
import type { Caller, DeployResult, LifecycleActivities, TeardownResult, Work } from './lifecycle-contract.ts';
import { permanent } from './failures.ts';
import { lifecycleOptions, preflightOptions } from './options.ts';
import { Problem } from './problem.ts';

/** The child that does the work of `deploy` and `teardown`; its id is the environment's, so there is one at a time. */
export async function lifecycle(request: {
  work: Work;
  environment: string;
  tell: Caller;
}): Promise<DeployResult | TeardownResult> {
  return request.work === 'deploy' ? await deployLab(request) : await tearDownLab(request);
}

interface Request {
  environment: string;
  tell: Caller;
}

const step = summarized<LifecycleActivities>(lifecycleOptions);
const first = summarized<LifecycleActivities>(preflightOptions);

async function deployLab({ environment, tell }: Request): Promise<DeployResult> {
  const { change, reason, warnings, readyWithin } = await first('tools, cluster, rights, room').preflight({ tell });
  await step('the namespace').makeNamespace({ tell });
  const { healed } = await step('what an earlier helm left').settleRelease({ tell });
  if (change !== 'none' || healed.length > 0) await step(`the demo: ${change}, ${reason}`).installDemo({ tell });
  await step('the reconciler').installReconciler({ tell });
  const until = new Date(Date.now() + readyWithin).toISOString();
  const workloads = await step(`every workload ready, until ${until}`).awaitReady({ tell, until });
  const { frontDoor } = await step('the front door and the flags').smoke({ tell });
  const found = await step('what is there now').describeLab({ tell });
  return { environment, change, reason, healed, workloads, frontDoor, warnings, ...found };
}

/** Whatever a step finds gone already is as good as removed; what is left at the end fails it. */
async function tearDownLab({ environment, tell }: Request): Promise<TeardownResult> {
  const { namespace, ours, present } = await first('cluster, rights, whose it is').preflightTeardown({ tell });
  if (!ours) return { environment, namespace, ended: [], removed: [], left: [] };
  const { ended } = await step('end every incident').endIncidents({ tell });
  await step('the releases').uninstall({ tell });
  await step('the volumes').removeVolumes({ tell });
  await step('the namespace').removeNamespace({ tell });
  const { left } = await step('see that nothing is left').findLeftovers({ tell });
  if (left.length > 0) {
    throw permanent(
      new Problem(
        'left-behind',
        `${left.length} things are left of ${environment}: ${left.join(', ')}`,
        'See what holds them with kubectl describe, then tear down again.',
      ),
    );
  }
  return { environment, namespace, ended, removed: present, left };
}
