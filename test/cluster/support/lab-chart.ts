import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { V1Deployment, V1Pod } from '@kubernetes/client-node';
import { vi } from 'vitest';
import { parse } from 'yaml';
import type { ClusterEnvironment } from '../../../environments/load.ts';
import { projectRoot } from '../../../environments/root.ts';
import { patience } from './control-plane.ts';
import { chart as demoChart, type Demo, shippedText } from './demo.ts';

export const labChart = path.join(projectRoot, 'helm/incidentfox');

/** The project's own chart as release `lab`, in the namespace of the demo. */
export class LabChart {
  readonly release = 'lab';
  readonly #demo: Demo;
  readonly #values: string;

  constructor(demo: Demo) {
    this.#demo = demo;
    this.#values = path.join(demo.plane.directory, 'lab-values.json');
    const known = parse(readFileSync(demo.environment, 'utf8')) as ClusterEnvironment;
    // as it is installed already, should a worker deploy it
    const flags = path.join(demo.plane.directory, 'demo-values.json');
    writeFileSync(flags, JSON.stringify({ flags: shippedText, flagdUi: true }));
    const own = { ...known.demo, chart: demoChart, repository: null, version: null, values: [flags] };
    const global = { image: 'example.invalid/incidentfox:0.1.0', environment: { ...known, demo: own } };
    writeFileSync(this.#values, JSON.stringify({ global, temporal: { address: 'temporal.example:7233' } }));
  }

  /** Runs helm on the release with the lab's values and these ones, `replicas=1`, and waits until every Deployment is rolled out. */
  async install(...set: string[]): Promise<void> {
    const values = set.flatMap((each) => ['--set-json', each]);
    await this.helm('upgrade', '--install', this.release, labChart, '--values', this.#values, ...values);
    await vi.waitFor(async () => {
      for (const { metadata, spec, status } of await this.deployments()) {
        const { replicas, updatedReplicas, availableReplicas, observedGeneration } = status ?? {};
        const want = spec?.replicas;
        const seen = [replicas, updatedReplicas, availableReplicas, observedGeneration];
        const isThrough = seen.join() === [want, want, want, metadata?.generation].join();
        if (!isThrough) throw new Error(`${metadata?.name} has ${seen.join(' ')}`);
      }
    }, patience);
  }

  helm(...args: string[]): Promise<string> {
    return this.#demo.plane.helm(...args, '-n', this.#demo.namespace);
  }

  /** `lab-rollback` and so on. */
  async deployment(name: string): Promise<V1Deployment> {
    const found = (await this.deployments()).find(({ metadata }) => metadata?.name === `${this.release}-${name}`);
    if (!found) throw new Error(`there is no ${name}`);
    return found;
  }

  deployments(): Promise<V1Deployment[]> {
    return this.list<V1Deployment>('deployments');
  }

  /** The pods of `lifecycle` or `rollback` that are not on their way out. */
  async pods(component: string): Promise<V1Pod[]> {
    const pods = await this.list<V1Pod>('pods', `,app.kubernetes.io/component=${component}`);
    return pods.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  }

  async list<T>(kinds: string, selector = ''): Promise<T[]> {
    const labels = `app.kubernetes.io/instance=${this.release}${selector}`;
    const { plane, namespace } = this.#demo;
    const { items } = JSON.parse(await plane.kubectl(['get', kinds, '-n', namespace, '-l', labels, '-o', 'json'])) as {
      items: T[];
    };
    return items;
  }
}
