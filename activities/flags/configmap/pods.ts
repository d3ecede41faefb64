import { setTimeout as delay } from 'node:timers/promises';
import { CoreV1Api, type V1Pod } from '@kubernetes/client-node';
import { Problem } from '../../../workflows/problem.ts';
import type { Cluster } from '../../kubernetes/cluster.ts';

/** How long a new pod may take to be ready before another round looks at it (ms). */
const patience = 60_000;

/** The pods behind the flag daemon's service. */
export class FlagdPods {
  readonly #cluster: Cluster;
  readonly #service: string;
  readonly #uiPort: number;

  /** `service`: the daemon's, by name; `uiPort`: which port flagd-ui has in the same pod. */
  constructor(cluster: Cluster, service: string, uiPort: number) {
    this.#cluster = cluster;
    this.#service = service;
    this.#uiPort = uiPort;
  }

  /** Whether flagd-ui runs beside the daemon. Throws Problem `lab-down` where no pod is ready. */
  async haveUi(): Promise<boolean> {
    const pods = (await this.#list()).filter(isReady);
    if (pods.length === 0) throw new Problem('lab-down', 'No pod of flagd is ready', 'Look at it: npm run status');
    const containers = pods.flatMap(({ spec }) => spec?.containers ?? []);
    return containers.some(({ ports }) => ports?.some(({ containerPort }) => containerPort === this.#uiPort));
  }

  /** Replaces the pods that are ready by new ones, which copy the ConfigMap; waits until one of those is ready. */
  async replace(renew: () => Promise<void>): Promise<void> {
    const old = new Set((await this.#list()).filter(isReady).map(({ metadata }) => metadata?.uid));
    const { namespace } = this.#cluster;
    await this.#cluster.use(CoreV1Api, async (api) => {
      for (const { metadata } of (await this.#list()).filter(isReady)) {
        await api.deleteNamespacedPod({ name: metadata?.name ?? '', namespace });
      }
    });
    const end = performance.now() + patience;
    while (performance.now() < end) {
      if ((await this.#list()).some((pod) => isReady(pod) && !old.has(pod.metadata?.uid))) return;
      await renew();
      await delay(200);
    }
  }

  async #list(): Promise<V1Pod[]> {
    const { namespace } = this.#cluster;
    const { spec } = await this.#cluster.use(CoreV1Api, (api) =>
      api.readNamespacedService({ name: this.#service, namespace }),
    );
    const labelSelector = Object.entries(spec?.selector ?? {})
      .map(([name, value]) => `${name}=${value}`)
      .join();
    return (await this.#cluster.use(CoreV1Api, (api) => api.listNamespacedPod({ namespace, labelSelector }))).items;
  }
}

/** Whether a pod takes requests, and is not about to end. */
export function isReady({ metadata, status }: V1Pod): boolean {
  const ready = status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True');
  return ready === true && metadata?.deletionTimestamp === undefined;
}
