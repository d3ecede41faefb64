import { ApplicationFailure } from '@temporalio/common';
import { Problem, type ProblemCode } from '../../../workflows/problem.ts';
import type { Consumer, SecretActivities } from '../../../workflows/secrets-contract.ts';

export const secretSteps = [
  'nameSecretLab',
  'chooseSecrets',
  'bringIntoStep',
  'restartConsumer',
  'proposeVersion',
  'changeLogin',
  'proveLogin',
  'promoteVersion',
  'dropVersion',
] as const satisfies (keyof SecretActivities)[];
export type SecretStep = (typeof secretSteps)[number];

/**
 * A lab's secrets as far as the workflows can tell them: which version each place has. What the activities really do is tested on real
 * components in test/python and test/cluster; here it is their order, and what becomes of their failures.
 */
export class SecretsWorld {
  /** the activities as they were called, with the key or the workload */
  readonly calls: { step: SecretStep; of: string }[] = [];
  readonly #environment: string;
  readonly keys = ['grafana', 'postgres'];
  /** by key */
  readonly current: Record<string, string> = { grafana: 'g0', postgres: 'p0' };
  readonly pending: Record<string, string | undefined> = {};
  readonly #cluster: Record<string, string> = { ...this.current };
  /** what the database takes */
  database = 'p0';
  /** by workload, then by key: what its pods were made with; the database's own is first */
  readonly pods: Record<string, Record<string, string>> = {
    database: { postgres: 'p0' },
    accounting: { postgres: 'p0' },
    'grafana-0': { grafana: 'g0', postgres: 'p0' },
  };
  /** what the next calls of an activity fail with */
  readonly failures = new Map<SecretStep, ProblemCode[]>();
  /** which call fails for good; asked once it is to do its work */
  failing: (step: SecretStep) => boolean = () => false;
  /** called before an activity does its work, and after it, when it has not answered yet; by the number of the call */
  around: (when: 'before' | 'after', call: number) => Promise<void> = () => Promise.resolve();

  constructor(environment: string) {
    this.#environment = environment;
  }

  /** Steps from a call on, such as `restartConsumer accounting`. */
  since(call: number): string[] {
    return this.calls.slice(call).map(({ step, of }) => `${step} ${of}`);
  }

  /** What is not as the current versions have it; nothing is, where all is well. */
  get outOfStep(): string[] {
    const { current } = this;
    const found = [this.database === current['postgres'] ? [] : [`the database has ${this.database}`]];
    for (const key of this.keys) {
      if (this.#cluster[key] !== current[key]) found.push([`the cluster has ${this.#cluster[key]}`]);
      if (this.pending[key] !== undefined) found.push([`${this.pending[key]} is pending`]);
    }
    for (const [name, held] of Object.entries(this.pods)) {
      for (const [key, version] of Object.entries(held)) {
        if (version !== current[key]) found.push([`${name} has ${version}`]);
      }
    }
    return found.flat();
  }

  activities(): SecretActivities {
    const all: SecretActivities = {
      nameSecretLab: () => Promise.resolve({ environment: this.#environment }),
      chooseSecrets: ({ secrets }) => Promise.resolve({ keys: secrets ?? this.keys }),
      bringIntoStep: ({ key }) => Promise.resolve(this.#bring(key)),
      restartConsumer: ({ consumer }) => Promise.resolve(this.#restart(consumer.name)),
      proposeVersion: ({ key, version }) => {
        this.pending[key] = version;
        return Promise.resolve({ current: this.current[key] ?? '' });
      },
      changeLogin: ({ key, from, to }) => Promise.resolve({ changed: key === 'postgres' && this.#change(from, to) }),
      proveLogin: ({ key, version }) => Promise.resolve({ provenAt: this.#prove(key, version) }),
      promoteVersion: ({ key, version, instead }) => Promise.resolve(this.#promote(key, version, instead)),
      dropVersion: ({ key, version }) => {
        if (this.pending[key] === version) this.pending[key] = undefined;
        return Promise.resolve();
      },
    };
    const entries = Object.entries(all) as [SecretStep, (request: never) => Promise<unknown>][];
    return Object.fromEntries(entries.map(([step, work]) => [step, this.#called(step, work)])) as unknown as typeof all;
  }

  #bring(key: string) {
    const version = this.current[key] ?? '';
    const refreshed = this.#cluster[key] !== version;
    this.#cluster[key] = version;
    const names = Object.keys(this.pods).filter((name) => this.pods[name]?.[key] !== undefined);
    const stale = names.filter((name) => this.pods[name]?.[key] !== version).map(deployment);
    return { key, version, changedAt: '2026-01-01T00:00:00.000Z', refreshed, consumers: names.map(deployment), stale };
  }

  #restart(name: string): void {
    const held = this.pods[name] ?? {};
    for (const key of Object.keys(held)) held[key] = this.#cluster[key] ?? '';
    // it has no volume: it is made anew at its start
    if (name === 'database') this.database = held['postgres'] ?? '';
  }

  #change(from: string, to: string): true {
    if (this.database !== from && this.database !== to) throw failure('login-failed');
    this.database = to;
    return true;
  }

  /** Grafana knows the password that its pod was made with. */
  #prove(key: string, version: string): string {
    const known = key === 'postgres' ? this.database : this.pods['grafana-0']?.['grafana'];
    if (known !== version) throw failure('login-failed');
    return `the place of ${key}`;
  }

  #promote(key: string, version: string, instead: string): void {
    if (this.current[key] !== version && this.current[key] !== instead) throw failure('secrets-busy');
    this.current[key] = version;
    if (this.pending[key] === version) this.pending[key] = undefined;
  }

  #called(step: SecretStep, work: (request: never) => Promise<unknown>): (request: never) => Promise<unknown> {
    return async (request) => {
      const { key, consumer } = (request ?? {}) as { key?: string; consumer?: Consumer };
      const call = this.calls.push({ step, of: consumer?.name ?? key ?? '' }) - 1;
      await this.around('before', call);
      const code = this.failures.get(step)?.shift();
      if (code || this.failing(step)) throw failure(code ?? 'not-ready');
      const answer = await work(request);
      await this.around('after', call);
      return answer;
    };
  }
}

function deployment(name: string): Consumer {
  return { kind: 'Deployment', name };
}

function failure(code: ProblemCode): ApplicationFailure {
  return ApplicationFailure.create({ ...new Problem(code, 'It is so', 'Mend it.').failure, nonRetryable: true });
}
