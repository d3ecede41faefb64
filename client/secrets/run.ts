import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { currentEnvironment } from '../../environments/current.ts';
import { type Environment, isCluster, loadEnvironment } from '../../environments/load.ts';
import { noSecrets, secretPlaceOf } from '../../environments/secrets.ts';
import { taskQueues } from '../../workflows/contract.ts';
import type { SecretsRequest, SecretWork } from '../../workflows/secrets-contract.ts';
import { Problem } from '../../workflows/problem.ts';
import { labUp } from '../lab-up.ts';
import { followOrLeave, type LifecycleOptions, requireSameContext } from '../lifecycle/run.ts';
import { connect } from '../temporal.ts';

export type SecretsOptions = LifecycleOptions;

/** The environment that the process works on. Throws Problem `no-secrets` where it has none. */
export function secretsEnvironment(): Environment {
  const environment = loadEnvironment(currentEnvironment());
  if (secretPlaceOf(environment) === null) throw noSecrets(environment.name);
  return environment;
}

/**
 * Starts the workflow, on a lab that is brought up if need be, and follows it to its result; undefined where it was only to be started. A
 * sync that is under way is followed, a rotation refused: `secrets-busy`.
 */
export async function runSecrets<Result>(
  work: SecretWork,
  environment: Environment,
  workflowId: string,
  keys: string[],
  options: SecretsOptions,
): Promise<Result | undefined> {
  const lab = await labUp();
  if (isCluster(environment)) requireSameContext(lab, environment);
  const client = await connect(lab);
  const request: SecretsRequest = keys.length > 0 ? { secrets: keys } : {};
  try {
    const handle = await client.workflow.start(work, {
      workflowId,
      taskQueue: taskQueues(environment.name).main,
      workflowTaskTimeout: '2s',
      workflowIdConflictPolicy: work === 'secretSync' ? 'USE_EXISTING' : 'FAIL',
      staticSummary: `${work} of ${environment.name}`,
      args: [request],
    });
    const started = { id: workflowId, work, environment: environment.name };
    return await followOrLeave<Result>(handle, started, lab, options);
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const found = `Secrets of ${environment.name} are being rotated already`;
    throw new Problem('secrets-busy', found, `Follow it in the Web UI: workflow ${workflowId}.`);
  } finally {
    await client.connection.close();
  }
}
