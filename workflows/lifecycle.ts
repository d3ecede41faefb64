import type { ApplicationFailure } from '@temporalio/workflow';
import { summarized } from './activities.ts';
import { beginLifetime, endLifetime } from './begin-lifetime.ts';
import { longestLifetime, parseDuration } from './duration.ts';
import { permanent, refusing } from './failures.ts';
import { listenForApprovals, makeInfrastructure, planInfrastructure, removeInfrastructure } from './infrastructure.ts';
import type {
  Caller,
  DeployRequest,
  DeployResult,
  DriftResult,
  LifecycleActivities,
  TeardownResult,
  Work,
} from './lifecycle-contract.ts';
import { lifecycleOptions, preflightOptions } from './options.ts';
import { Problem } from './problem.ts';
import { secretStep, syncAll } from './secret-steps.ts';

/** The child that does the work of `deploy` and `teardown`; its id is the environment's, so there is one at a time. */
export async function lifecycle(request: Request): Promise<DeployResult | DriftResult | TeardownResult> {
  const approved = listenForApprovals();
  if (request.work === 'teardown') return await (request.terraform ? tearDownAll(request) : tearDownLab(request));
  const { yes = false, planOnly = false, ttl } = request.deploy ?? {};
  if (planOnly) return await plan(request);
  if (!request.terraform) return await deployLab(request);
  const { environment, tell } = request;
  const life = ttl === undefined ? null : refusing(() => parseDuration(ttl, longestLifetime));
  let until: string | undefined;
  const begins = async (): Promise<void> => {
    if (life === null || until !== undefined) return;
    until = new Date(Date.now() + life).toISOString();
    await beginLifetime(environment, until);
  };
  const { warnings, ...infrastructure } = await makeInfrastructure(tell, approved, { yes, begins });
  // a lab that was there already lives anew, too
  await begins();
  const deployed = await deployLab(request);
  return {
    ...deployed,
    warnings: [...warnings, ...deployed.warnings],
    infrastructure,
    ...(until === undefined ? {} : { until }),
  };
}

interface Request {
  work: Work;
  environment: string;
  tell: Caller;
  /** whether Terraform makes the cluster */
  terraform?: boolean;
  /** whether secrets are brought into the cluster */
  secrets?: boolean;
  deploy?: DeployRequest;
}

const step = summarized<LifecycleActivities>(lifecycleOptions);
const first = summarized<LifecycleActivities>(preflightOptions);

async function plan({ environment, tell, terraform }: Request): Promise<DriftResult> {
  const found = terraform ? await planInfrastructure(tell) : null;
  const look = found?.connected ?? true;
  const release = look ? await first('tools, cluster, rights, room').preflight({ tell }) : null;
  const infrastructure = found?.plan ?? null;
  const { add = 0, change = 0, destroy = 0, outputs = 0 } = infrastructure ?? {};
  return {
    environment,
    infrastructure,
    release: release && { change: release.change, reason: release.reason },
    changes: add + change + destroy + outputs > 0 || release?.change !== 'none',
  };
}

async function deployLab({ environment, tell, secrets }: Request): Promise<DeployResult> {
  const { change, reason, warnings, readyWithin } = await first('tools, cluster, rights, room').preflight({ tell });
  await step('the namespace').makeNamespace({ tell });
  const { healed } = await step('what an earlier helm left').settleRelease({ tell });
  const { keys } = secrets ? await step('what brings the secrets').installSecrets({ tell }) : { keys: [] };
  // the demo's pods do not start without them
  await Promise.all(keys.map((key) => secretStep(key).bringIntoStep({ tell, key })));
  if (change !== 'none' || healed.length > 0) await step(`the demo: ${change}, ${reason}`).installDemo({ tell });
  await step('the reconciler').installReconciler({ tell });
  const until = new Date(Date.now() + readyWithin).toISOString();
  const workloads = await step(`every workload ready, until ${until}`).awaitReady({ tell, until });
  await syncAll(tell, keys);
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
    throw leftBehind(environment, left);
  }
  return { environment, namespace, ended, removed: present, left };
}

function leftBehind(environment: string, left: string[]): ApplicationFailure {
  const found = `${left.length} things are left of ${environment}: ${left.join(', ')}`;
  return permanent(new Problem('left-behind', found, 'See what holds them, then tear down again.'));
}

/** The incidents and the demo first, as long as there is a cluster, then what it stands on. */
async function tearDownAll(request: Request): Promise<TeardownResult> {
  const { environment, tell } = request;
  let inside: TeardownResult = { environment, namespace: '', ended: [], removed: [], left: [] };
  const left = await removeInfrastructure(tell, async () => {
    inside = await tearDownLab(request);
  });
  if (left.length > 0) throw leftBehind(environment, left);
  await endLifetime(environment);
  return { ...inside, removed: [...inside.removed, 'everything that Terraform made'], left };
}
