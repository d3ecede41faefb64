import { isDeepStrictEqual } from 'node:util';
import { currentEnvironment } from '../../environments/current.ts';
import { type ClusterEnvironment, isAws, isCluster, loadEnvironment } from '../../environments/load.ts';
import { Problem } from '../../workflows/problem.ts';

/**
 * The environment as its file is now: another version of the demo, other values or more time take effect at once. Throws Problem
 * `lab-mismatch` where it names another place than when the worker came up, which goes on looking after that one.
 */
export function environmentNow<Environment extends ClusterEnvironment>(started: Environment): Environment {
  const now = loadEnvironment(currentEnvironment());
  if (isCluster(now) && isDeepStrictEqual(placeOf(now), placeOf(started))) return now as Environment;
  throw new Problem(
    'lab-mismatch',
    `The environment file of ${started.name} names another cluster, namespace, release or services than when the lab came up`,
    'Take the lab down (npm run lab -- down), then start again; it comes up with the new ones.',
  );
}

function placeOf(environment: ClusterEnvironment): object {
  const { name, cluster, flags, services, demo } = environment;
  const aws = isAws(environment) ? { ...environment.aws, terraform: environment.aws.terraform.state } : null;
  return { name, cluster, flags, services, release: demo.release, aws };
}
