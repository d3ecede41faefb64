import { CoreV1Api } from '@kubernetes/client-node';
import getPort, { portNumbers } from 'get-port';
import type { ClusterEnvironment } from '../../../environments/load.ts';
import type { Cluster } from '../cluster.ts';

/** Something to open, and how. */
export interface Endpoint {
  name: string;
  service: string;
  port: number;
  /** opens it on this machine */
  command: string;
  /** where it is then */
  url: string;
}

/** Local ports, by service and port: the same for as long as the process lives, whoever opens them meanwhile. */
export type LocalPorts = Map<string, number>;

/** What can be opened: the services that the environment names, as far as they exist. */
export async function findEndpoints(
  cluster: Cluster,
  services: ClusterEnvironment['services'],
  chosen: LocalPorts,
): Promise<Endpoint[]> {
  const { namespace } = cluster;
  const { items } = await cluster.use(CoreV1Api, (api) => api.listNamespacedService({ namespace }));
  const existing = new Set(
    items.flatMap(({ metadata, spec }) => (spec?.ports ?? []).map(({ port }) => `${metadata?.name}:${port}`)),
  );
  const found: Endpoint[] = [];
  for (const [name, url] of Object.entries(named(services))) {
    const { hostname: service, port: written, pathname } = new URL(url);
    const port = Number(written || 80);
    if (!existing.has(`${service}:${port}`)) continue;
    const local = await localPort(`${service}:${port}`, port, chosen);
    const command = [...kubectl(cluster), 'port-forward', `service/${service}`, `${local}:${port}`].join(' ');
    found.push({ name, service, port, command, url: `http://127.0.0.1:${local}${pathname}` });
  }
  return found;
}

function named({ frontDoor, flagUi, prometheus, others }: ClusterEnvironment['services']): Record<string, string> {
  return { shop: frontDoor, ...others, Prometheus: prometheus, 'flag UI': flagUi };
}

/** One that is free now, near the service's own. */
async function localPort(key: string, port: number, chosen: LocalPorts): Promise<number> {
  const first = port < 1_024 ? port + 8_000 : port;
  const known = chosen.get(key);
  const range = portNumbers(first, Math.min(first + 100, 65_535));
  const local = known ?? (await getPort({ port: range, exclude: [...chosen.values()] }));
  chosen.set(key, local);
  return local;
}

/** With the context spelled out: the command stays right when another becomes the current one. */
function kubectl(cluster: Cluster): string[] {
  const { context, namespace, kubeconfig } = cluster;
  const own = kubeconfig === undefined ? [] : ['--kubeconfig', quoted(kubeconfig)];
  return ['kubectl', ...own, ...(context === null ? [] : ['--context', quoted(context)]), '--namespace', namespace];
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
