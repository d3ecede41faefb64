import { summarized } from './activities.ts';
import { permanent } from './failures.ts';
import {
  type DeployRequest,
  type DeployResult,
  type DriftResult,
  lifecycleId,
  type LifecycleActivities,
  lifecycleTypes,
  type TeardownResult,
  type Work,
} from './lifecycle-contract.ts';
import { preflightOptions } from './options.ts';
import { Problem, shown } from './problem.ts';
import { runAlone } from './run-alone.ts';

const first = summarized<LifecycleActivities>(preflightOptions);

/**
 * Brings the lab up, with its cluster where Terraform makes that, or finds that it is; with `planOnly` it only says what is to be
 * done. Refused (`lifecycle-busy`) while another life cycle is under way.
 */
export async function deploy(request?: unknown): Promise<DeployResult | DriftResult> {
  return await live('deploy', deployRequestIn(request));
}

/** Ends the incidents and removes what `deploy` made. It fails (`left-behind`) where something of it is left. */
export async function teardown(): Promise<TeardownResult> {
  return await live('teardown', {});
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

async function live<Result>(work: Work, options: DeployRequest): Promise<Result> {
  return await runAlone({
    work,
    name: () => first('which environment').nameEnvironment(),
    type: lifecycleTypes.child,
    idOf: lifecycleId,
    request: ({ environment, terraform = false, secrets = false }, tell) => ({
      work,
      environment,
      tell,
      ...(terraform ? { terraform } : {}),
      ...(secrets ? { secrets } : {}),
      ...(Object.keys(options).length > 0 ? { deploy: options } : {}),
    }),
    busy: (environment) =>
      new Problem(
        'lifecycle-busy',
        `A deploy or teardown of ${environment} is under way`,
        `Follow it in the Web UI (workflow ${lifecycleId(environment)}), and start again when it is over or was cancelled.`,
      ),
  });
}
