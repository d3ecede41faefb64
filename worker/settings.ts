import type { WorkerDeploymentVersion } from '@temporalio/common';
import { parseDuration } from '../workflows/duration.ts';
import { Problem, shown } from '../workflows/problem.ts';

/** What a worker may do: run workflows and what comes before a rollback, or withdraw faults. */
export const roles = ['lifecycle', 'rollback'] as const;
export type Role = (typeof roles)[number];

/** How a team's worker differs from the embedded lab's, as its variables say. */
export interface WorkerSettings {
  /** INCIDENTFOX_QUEUES; both, unless told */
  roles: readonly Role[];
  /** TEMPORAL_WORKER_BUILD_ID and TEMPORAL_DEPLOYMENT_NAME, as Temporal's Worker Controller sets them; null: unversioned */
  version: WorkerDeploymentVersion | null;
  /** INCIDENTFOX_SHUTDOWN_GRACE: how long activities may go on after SIGTERM (ms); null: 2 s, and it ends soon after */
  shutdownGrace: number | null;
}

/** Throws Problem `bad-environment`. `deployment`: the deployment's name where only a build id is given. */
export function workerSettings(deployment: string, env: NodeJS.ProcessEnv = process.env): WorkerSettings {
  return {
    roles: rolesIn(env['INCIDENTFOX_QUEUES']),
    version: versionIn(deployment, env),
    shutdownGrace: graceIn(env['INCIDENTFOX_SHUTDOWN_GRACE']),
  };
}

function rolesIn(text: string | undefined): readonly Role[] {
  if (!text) return roles;
  const role = roles.find((each) => each === text);
  if (role) return [role];
  throw new Problem(
    'bad-environment',
    `INCIDENTFOX_QUEUES is "${shown(text)}"`,
    `Set it to ${roles.join(' or ')}, or unset it for both.`,
  );
}

function graceIn(text: string | undefined): number | null {
  if (!text) return null;
  try {
    return parseDuration(text);
  } catch (error) {
    const { hint } = error as Problem;
    throw new Problem('bad-environment', `INCIDENTFOX_SHUTDOWN_GRACE is "${shown(text)}"`, hint, { cause: error });
  }
}

function versionIn(deployment: string, env: NodeJS.ProcessEnv): WorkerDeploymentVersion | null {
  const { TEMPORAL_WORKER_BUILD_ID: buildId, TEMPORAL_DEPLOYMENT_NAME: deploymentName } = env;
  if (buildId) return { buildId, deploymentName: deploymentName || deployment };
  if (!deploymentName) return null;
  throw new Problem(
    'bad-environment',
    'TEMPORAL_DEPLOYMENT_NAME is set, and TEMPORAL_WORKER_BUILD_ID is not',
    "Set both for a worker that is versioned, the second to its release's name; neither for one that is not.",
  );
}
