/**
 * The life cycle of a lab in a cluster, on the wire: workflows `deploy` and `teardown` with Query `progress`. The work itself
 * is done by a child, workflow `lifecycle` with the id `lifecycle-<environment>`, so that only one can be under way. Additive
 * only; imports nothing.
 */
export const lifecycleTypes = {
  deploy: 'deploy',
  teardown: 'teardown',
  child: 'lifecycle',
  lifetime: 'lifetime',
} as const;
/**
 * To `deploy` and `teardown`: Query `progress`, Signal `report`. To the child: Signal `approve`. To `lifetime`: Query `lifetime`,
 * Update `extend`, Signals `renew` and `over`.
 */
export const lifecycleMessages = {
  progress: 'progress',
  report: 'report',
  approve: 'approve',
  lifetime: 'lifetime',
  extend: 'extend',
  renew: 'renew',
  over: 'over',
} as const;

/** Id of the child of an environment, which is its lock, and of its lifetime. */
export function lifecycleId(environment: string): string {
  return `${lifecycleTypes.child}-${environment}`;
}
export function lifetimeId(environment: string): string {
  return `${lifecycleTypes.lifetime}-${environment}`;
}

/** What `deploy` takes. */
export interface DeployRequest {
  /** apply a plan that destroys nothing without asking */
  yes?: boolean;
  /** only say what is to be done */
  planOnly?: boolean;
  /** how long the lab lives before it is torn down, like `8h` */
  ttl?: string;
}

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

/** What a Terraform plan comes to. */
export interface InfrastructurePlan {
  /** of the plan file, in hexadecimal: an approval names it */
  hash: string;
  add: number;
  change: number;
  destroy: number;
  /** the first fifty, like `create module.vpc.aws_vpc.this` */
  changes: string[];
  /** addresses of what somebody has changed by other means */
  drifted: string[];
  /** how many outputs change; they cost nothing and destroy nothing */
  outputs: number;
  /** of all that is there afterwards, by the project's own table of prices; null where nothing is */
  cost: Cost | null;
}

export interface Cost {
  hourly: number;
  monthly: number;
  currency: string;
  /** date of the table */
  pricesOf: string;
  /** what the table has no price for, and the sum does not hold */
  unknown: string[];
}

/** What Signal `approve` takes. */
export interface Approval {
  hash: string;
}

/** What Query `progress` answers. */
export interface Progress {
  work: Work | 'secretSync' | 'rotate';
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
  /** the plan that waits for its approval */
  plan?: InfrastructurePlan | null;
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
  plan?: InfrastructurePlan | null;
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
  infrastructure?: Infrastructure;
  /** when it is torn down, ISO 8601 */
  until?: string;
}

/** What a deploy with `planOnly` answers. */
export interface DriftResult {
  environment: string;
  /** null: of an environment without Terraform */
  infrastructure: InfrastructurePlan | null;
  /** null: there is no cluster yet */
  release: Pick<DeployPlan, 'change' | 'reason'> | null;
  /** whether a deploy would change anything */
  changes: boolean;
}

/** Where the cluster is, and what it costs. */
export interface Infrastructure {
  account: string;
  region: string;
  cluster: string;
  cost: Cost | null;
  /** what the last plan came to; null where there was nothing to do */
  applied: Pick<InfrastructurePlan, 'add' | 'change' | 'destroy'> | null;
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
  nameEnvironment(): Promise<{ environment: string; terraform?: boolean; secrets?: boolean }>;
  preflight(request: Told): Promise<DeployPlan>;
  makeNamespace(request: Told): Promise<{ made: boolean }>;
  settleRelease(request: Told): Promise<{ healed: string[] }>;
  /** what brings secrets into the cluster; answers their keys. Refused (`secrets-busy`) while some are being rotated */
  installSecrets(request: Told): Promise<{ keys: string[] }>;
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

/** Of an environment whose cluster Terraform makes. Each may be killed and run again at any point. */
export interface InfrastructureActivities {
  /** credentials, account, tools */
  preflightAws(
    request: Told<{ work: Work }>,
  ): Promise<Pick<Infrastructure, 'account' | 'region' | 'cluster'> & { warnings: string[] }>;
  /** returns once there are credentials that are valid for a while */
  awaitCredentials(request: Told): Promise<void>;
  /** a teardown needs a state: `state-missing` */
  initTerraform(request: Told<{ work: Work }>): Promise<void>;
  /** also asks whether the account's quotas allow it */
  planTerraform(request: Told<{ destroy: boolean }>): Promise<InfrastructurePlan>;
  /** fails with `plan-refused` where the world has changed since the plan */
  applyTerraform(request: Told<{ hash: string }>): Promise<void>;
  /** writes the kubeconfig; false where there is no such cluster (any more) */
  connectCluster(request: Told): Promise<{ exists: boolean }>;
  /** what runs in the cluster beside the demo */
  installAddons(request: Told): Promise<{ installed: string[] }>;
  /** what the cluster made by itself: load balancers, volumes, interfaces */
  removeClusterMade(request: Told): Promise<{ removed: string[] }>;
  /** looks until nothing is left in the account, for a while */
  sweep(request: Told): Promise<{ left: string[] }>;
}

/** What Query `lifetime` answers. */
export interface Lifetime {
  environment: string;
  /** ISO 8601 */
  until: string;
  phase: 'living' | 'ending' | 'over';
  /** why an attempt to tear down has failed; it is tried again */
  trouble: string | null;
}
