import { randomBytes } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { Cluster } from '../../activities/kubernetes/cluster.ts';
import { currentEnvironment } from '../../environments/current.ts';
import { type ClusterEnvironment, isCluster, loadEnvironment } from '../../environments/load.ts';
import type { LabState } from '../../lab/state.ts';
import { taskQueues } from '../../workflows/contract.ts';
import type { DeployRequest, Work } from '../../workflows/lifecycle-contract.ts';
import { Problem } from '../../workflows/problem.ts';
import { labUp } from '../lab-up.ts';
import { note, printJson, printLine } from '../output.ts';
import { connect } from '../temporal.ts';
import { follow } from './follow.ts';

export interface LifecycleOptions {
  detach?: boolean;
  json?: boolean;
}

/** The cluster's environment that the process works on. Throws Problem `bad-usage` where it is no cluster. */
export function clusterEnvironment(work: Work): ClusterEnvironment {
  const environment = loadEnvironment(currentEnvironment());
  if (isCluster(environment)) return environment;
  throw new Problem(
    'bad-usage',
    `The ${environment.name} lab is no cluster: it comes and goes with npm run lab -- up and down`,
    `Name one: npm run ${work} -- --environment kubernetes`,
  );
}

/**
 * Starts a life cycle's workflow, on a lab that is brought up if need be, and follows it to its result; undefined where it was
 * only to be started. Leaving (Ctrl-C) does not end it. Throws the Problem with which it failed.
 */
export async function runLifecycle<Result>(
  work: Work,
  environment: ClusterEnvironment,
  options: LifecycleOptions,
  request: DeployRequest = {},
): Promise<Result | undefined> {
  const lab = await labUp();
  requireSameContext(lab, environment);
  const client = await connect(lab);
  const workflowId = `${work}-${environment.name}-${randomBytes(3).toString('hex')}`;
  const handle = await client.workflow.start(work, {
    workflowId,
    taskQueue: taskQueues(environment.name).main,
    workflowTaskTimeout: '2s',
    staticSummary: `${work} of ${environment.name}`,
    args: [request],
  });
  try {
    const started = { id: workflowId, work, environment: environment.name };
    return await followOrLeave<Result>(handle, started, lab, options);
  } finally {
    await client.connection.close();
  }
}

/** Follows what was started to its result; undefined where it was only to be started. Leaving (Ctrl-C) does not end it. */
export async function followOrLeave<Result>(
  handle: WorkflowHandle,
  started: { id: string; work: string; environment: string },
  lab: LabState,
  { detach = false, json = false }: LifecycleOptions,
): Promise<Result | undefined> {
  const ui = `${lab.temporal.ui ?? 'the Web UI'}`;
  if (detach) {
    if (json) printJson(started);
    else printLine(`${started.id} is under way; follow it in ${ui}`);
    return undefined;
  }
  process.once('SIGINT', () => {
    note(`\nYou left; ${started.id} goes on. Follow it in ${ui}`);
    process.exit(130);
  });
  return await follow<Result>(handle, json);
}

/** The lab stays with the context with which it came up; who has turned to another one since must not hit the former by accident. */
export function requireSameContext({ context }: LabState, { cluster }: ClusterEnvironment): void {
  // in the lab's own kubeconfig nobody chooses
  if (!context || cluster.kubeconfig !== undefined) return;
  const current = new Cluster(cluster).context;
  if (current === context) return;
  throw new Problem(
    'lab-mismatch',
    `The lab is up on context ${context}, and the one that you have chosen is ${current}`,
    `Take it down (npm run lab -- down), or go back to it: kubectl config use-context ${context}`,
  );
}
