/**
 * The life cycle of a lab in a cluster, on the wire: workflows `deploy` and `teardown` with Query `progress`. The work itself
 * is done by a child, workflow `lifecycle` with the id `lifecycle-<environment>`, so that only one can be under way. Additive
 * only; imports nothing.
 */
export const lifecycleTypes = { deploy: 'deploy', teardown: 'teardown', child: 'lifecycle' } as const;
export const lifecycleMessages = { progress: 'progress', report: 'report' } as const;

export type Work = 'deploy' | 'teardown';

/** A workload that is not ready, and why. */
export interface Waiting {
  name: string;
  reason: string | null;
}

/** `busy`: since how many seconds, slowest first. */
export interface ResourceProgress {
  done: number;
  of: number;
  busy: { address: string; seconds: number }[];
}

/** What Query `progress` answers. */
export interface Progress {
  work: Work;
  /** null until it is known */
  environment: string | null;
  phase: 'running' | 'done' | 'failed';
  /** what it is doing, and since when */
  step: string;
  since: string;
  detail: string | null;
  workloads: { ready: number; of: number; waiting: Waiting[] } | null;
  /** of a Terraform run: how many of the planned resources are done, and those under way that take longest */
  resources?: ResourceProgress | null;
  /** the newest lines of the tools' own output, and how many there were */
  output: string[];
  lines: number;
}

/** What activities tell of their work meanwhile, by Signal `report`. */
export interface Report {
  step?: string;
  detail?: string | null;
  workloads?: Progress['workloads'];
  resources?: ResourceProgress | null;
  output?: string[];
}

/** The workflow that people look at, to which activities report. */
export interface Caller {
  workflowId: string;
  runId: string;
}

/** What preflight found is to be done about the release. */
export interface DeployPlan {
  /** `none`: what is there is what the chart says, object by object */
  change: 'none' | 'install' | 'upgrade' | 'repair';
  /** why it is to be changed */
  reason: string;
  warnings: string[];
  /** how long the workloads may take to become ready (ms) */
  readyWithin: number;
}

/** What preflight found of a lab that is to be removed. */
export interface TeardownPlan {
  namespace: string;
  /** whether anything there was made by `deploy`; where nothing is, nothing is touched */
  ours: boolean;
  present: string[];
}

export interface InstalledRelease {
  name: string;
  revision: number;
  chart: string;
  chartVersion: string;
  appVersion: string | null;
}

export interface DeployResult {
  environment: string;
  cluster: string;
  namespace: string;
  change: DeployPlan['change'];
  reason: string;
  release: InstalledRelease;
  /** what an earlier attempt had left half done, and was put right */
  healed: string[];
  workloads: { ready: number; of: number };
  frontDoor: { url: string; status: number };
  warnings: string[];
}

export interface TeardownResult {
  environment: string;
  namespace: string;
  /** incidents that were ended first */
  ended: string[];
  removed: string[];
  /** what is still there; a teardown that leaves something fails, and says the same in its failure */
  left: string[];
}

type Told<T = object> = T & { tell: Caller };

/** Each may be killed and run again at any point. */
export interface LifecycleActivities {
  /** the name of the environment that the worker serves; refuses (`bad-usage`) where that is no cluster */
  nameEnvironment(): Promise<{ environment: string }>;
  preflight(request: Told): Promise<DeployPlan>;
  makeNamespace(request: Told): Promise<{ made: boolean }>;
  settleRelease(request: Told): Promise<{ healed: string[] }>;
  installDemo(request: Told): Promise<void>;
  installReconciler(request: Told): Promise<{ installed: boolean }>;
  /** `until`: ISO 8601; throws `not-ready` then, with the reasons */
  awaitReady(request: Told<{ until: string }>): Promise<DeployResult['workloads']>;
  smoke(request: Told): Promise<Pick<DeployResult, 'frontDoor'>>;
  describeLab(request: Told): Promise<Pick<DeployResult, 'cluster' | 'namespace' | 'release'>>;
  preflightTeardown(request: Told): Promise<TeardownPlan>;
  endIncidents(request: Told): Promise<{ ended: string[] }>;
  uninstall(request: Told): Promise<void>;
  removeVolumes(request: Told): Promise<void>;
  removeNamespace(request: Told): Promise<void>;
  findLeftovers(request: Told): Promise<{ left: string[] }>;
}
