import { createHash } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import type {
  InfrastructureActivities,
  InfrastructurePlan,
  LifecycleActivities,
} from '../../../workflows/lifecycle-contract.ts';
import { Problem, type ProblemCode } from '../../../workflows/problem.ts';

type Name = keyof (InfrastructureActivities & LifecycleActivities);

/**
 * A cloud as far as the workflows can tell it: a number of resources that Terraform makes, and a demo in a cluster. What the activities
 * really do is tested on real components in test/python, test/opentofu, test/aws and test/cluster; here it is the order in which they are called, and what
 * becomes of their failures.
 */
export class Cloud {
  /** names of the activities, as they were called */
  readonly calls: Name[] = [];
  readonly #environment: string;
  /** how many resources there are, and how many the configuration wants */
  resources = 0;
  wanted = 3;
  /** resources that the next plan would remove */
  surplus = 0;
  /** somebody else's changes: a plan made before the latest is refused */
  version = 0;
  left: string[] = [];
  drifted: string[] = [];
  /** what the next call of an activity fails with */
  readonly failures = new Map<Name, ProblemCode>();
  /** called before an activity does its work, and after it, when it has not answered yet */
  around: (when: 'before' | 'after', call: number) => Promise<void> = () => Promise.resolve();

  constructor(environment = 'aws') {
    this.#environment = environment;
  }

  activities(): InfrastructureActivities & LifecycleActivities {
    const cluster = { cluster: 'https://cluster', namespace: 'otel-demo' };
    const release = { name: 'otel-demo', revision: 1, chart: 'demo', chartVersion: '1', appVersion: null };
    const found = { account: '123456789012', region: 'us-west-2', cluster: 'incidentfox-demo' };
    const change = () => (this.resources === 0 ? ('install' as const) : ('none' as const));
    const all: InfrastructureActivities & LifecycleActivities = {
      nameEnvironment: () => Promise.resolve({ environment: this.#environment, terraform: true }),
      preflightAws: () => Promise.resolve({ ...found, warnings: [] }),
      awaitCredentials: () => Promise.resolve(),
      initTerraform: () => Promise.resolve(),
      planTerraform: ({ destroy }) => Promise.resolve(this.plan(destroy)),
      applyTerraform: ({ hash }) => Promise.resolve(this.#apply(hash)),
      connectCluster: () => Promise.resolve({ exists: this.resources > 0 }),
      installAddons: () => Promise.resolve({ installed: [] }),
      removeClusterMade: () => Promise.resolve({ removed: [] }),
      sweep: () => Promise.resolve({ left: this.left }),
      preflight: () => Promise.resolve({ change: change(), reason: 'because', warnings: [], readyWithin: 60_000 }),
      makeNamespace: () => Promise.resolve({ made: true }),
      settleRelease: () => Promise.resolve({ healed: [] }),
      installSecrets: () => Promise.resolve({ keys: [] }),
      installDemo: () => Promise.resolve(),
      installReconciler: () => Promise.resolve({ installed: false }),
      awaitReady: () => Promise.resolve({ ready: 25, of: 25 }),
      smoke: () => Promise.resolve({ frontDoor: { url: 'http://shop', status: 200 } }),
      describeLab: () => Promise.resolve({ ...cluster, release }),
      preflightTeardown: () => Promise.resolve({ namespace: 'otel-demo', ours: true, present: ['release otel-demo'] }),
      endIncidents: () => Promise.resolve({ ended: [] }),
      uninstall: () => Promise.resolve(),
      removeVolumes: () => Promise.resolve(),
      removeNamespace: () => Promise.resolve(),
      findLeftovers: () => Promise.resolve({ left: [] }),
    };
    const entries = Object.entries(all) as [Name, (request: never) => Promise<unknown>][];
    return Object.fromEntries(entries.map(([name, work]) => [name, this.#called(name, work)])) as unknown as typeof all;
  }

  /** The plan as it would be now. */
  plan(destroy: boolean): InfrastructurePlan {
    const add = destroy ? 0 : this.wanted - this.resources;
    const away = destroy ? this.resources : this.surplus;
    const hash = createHash('sha256').update(`${add} ${away} ${this.version}`).digest('hex');
    return { hash, add, change: 0, destroy: away, changes: [], drifted: this.drifted, outputs: 0, cost: null };
  }

  #apply(hash: string): void {
    const destroy = hash === this.plan(true).hash;
    if (!destroy && hash !== this.plan(false).hash) throw failure('plan-refused');
    this.resources = destroy ? 0 : this.wanted;
    this.surplus = 0;
    this.version += 1;
  }

  #called(name: Name, work: (request: never) => Promise<unknown>): (request: never) => Promise<unknown> {
    return async (request) => {
      const call = this.calls.push(name) - 1;
      await this.around('before', call);
      const code = this.failures.get(name);
      this.failures.delete(name);
      if (code) throw failure(code);
      const answer = await work(request);
      await this.around('after', call);
      return answer;
    };
  }
}

function failure(code: ProblemCode): ApplicationFailure {
  return ApplicationFailure.create({ ...new Problem(code, 'It is so', 'Mend it.').failure, nonRetryable: true });
}

/** Names of all the activities. */
export const cloudSteps = Object.keys(new Cloud().activities());
