import { CoreV1Api, DiscoveryV1Api } from '@kubernetes/client-node';
import { isIP } from 'node:net';
import { isAnswer, type Cluster } from './cluster.ts';
import { forwardTo, type Forward, type PodPort } from './port-forward.ts';

/**
 * Reaches services of the lab's namespace by the addresses that they have inside the cluster: by name from within it, else
 * through the API server, with neither Ingress nor LoadBalancer.
 */
export class ClusterServices {
  readonly #cluster: Cluster;
  readonly #forwards = new Map<string, Promise<Forward>>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Where this process reaches the service at `url` (`http://<service>:<port>`); whether it answers there is not asked. */
  async reach(url: string): Promise<string> {
    const { protocol, hostname, port, pathname } = new URL(url);
    if (isIP(hostname) !== 0 || hostname.includes('.')) return url;
    if (this.#cluster.isInside) return `${protocol}//${hostname}.${this.#cluster.namespace}:${port}${pathname}`;
    const key = `${hostname}:${port}`;
    const known = this.#forwards.get(key);
    const forward = known ?? forwardTo(this.#cluster, () => podBehind(this.#cluster, hostname, Number(port || 80)));
    this.#forwards.set(key, forward);
    return `${protocol}//127.0.0.1:${(await forward).port}${pathname}`;
  }

  /** Ends the forwards. */
  async close(): Promise<void> {
    const open = await Promise.all(this.#forwards.values());
    this.#forwards.clear();
    await Promise.all(open.map((forward) => forward.close()));
  }
}

/** A ready pod behind a service and the port that it listens on; undefined where there is none. */
async function podBehind(cluster: Cluster, name: string, port: number): Promise<PodPort | undefined> {
  const { namespace } = cluster;
  try {
    const [service, { items }] = await Promise.all([
      cluster.use(CoreV1Api, (api) => api.readNamespacedService({ name, namespace })),
      cluster.use(DiscoveryV1Api, (api) =>
        api.listNamespacedEndpointSlice({ namespace, labelSelector: `kubernetes.io/service-name=${name}` }),
      ),
    ]);
    const portName = service.spec?.ports?.find((each) => each.port === port)?.name ?? '';
    for (const { endpoints, ports } of items) {
      const target = ports?.find((each) => (each.name ?? '') === portName)?.port;
      const pod = endpoints.find(({ conditions }) => conditions?.ready !== false)?.targetRef?.name;
      if (target && pod) return { pod, port: target };
    }
    return undefined;
  } catch (error) {
    if (isAnswer(error, 404)) return undefined;
    throw error;
  }
}
