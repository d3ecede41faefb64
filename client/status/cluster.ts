import Table from 'cli-table3';
import pc from 'picocolors';
import { Cluster } from '../../activities/kubernetes/cluster.ts';
import type { Endpoint, LocalPorts } from '../../activities/kubernetes/look/endpoints.ts';
import { isMissing, look } from '../../activities/kubernetes/look/look.ts';
import type { Release } from '../../activities/kubernetes/look/release.ts';
import type { SyncedSecret } from '../../activities/kubernetes/look/secrets.ts';
import type { Workload } from '../../activities/kubernetes/look/workloads.ts';
import { openTarget } from '../../activities/target.ts';
import type { ClusterEnvironment } from '../../environments/load.ts';
import type { Glance } from './glance.ts';
import { ledgerLines, ledgerView } from './ledger.ts';
import { lines } from './lines.ts';

/** Looks at a lab in a cluster. Throws Problem `cluster-unreachable`. */
export function glanceAt(environment: ClusterEnvironment): Glance {
  const { name, cluster: place } = environment;
  const ports: LocalPorts = new Map();
  return async () => {
    // anew each time: a kubeconfig may have been mended meanwhile
    const { store, close } = await openTarget(environment);
    const { release, workloads, endpoints, secrets, state } = await look(environment, store, ports).finally(close);
    const ledger = isMissing(state) ? { incidents: state, lever: state } : ledgerView(state);
    const cluster = new Cluster(place).config.getCurrentCluster()?.server ?? null;
    const document = { environment: name, cluster, namespace: place.namespace };
    const text = (): string =>
      [
        `lab        ${pc.bold(name)}: namespace ${place.namespace} on ${cluster}`,
        ...lines('release', release, releaseLines),
        ...lines('workloads', workloads, workloadLines),
        ...lines('endpoints', endpoints, endpointLines),
        ...lines('secrets', secrets, secretLines),
        ...lines('incidents', state, (found) => ledgerLines(ledgerView(found))),
      ].join('\n');
    return { document: { ...document, release, workloads, endpoints, secrets, ...ledger }, text };
  };
}

function releaseLines(release: Release | null): string[] {
  if (!release) return ['release    none; deploy it: npm run deploy -- --environment <name>'];
  const { name, status, revision, chart, chartVersion, appVersion } = release;
  const shownStatus = status === 'deployed' ? pc.green(status) : pc.red(status);
  const app = appVersion === null ? '' : `, application ${appVersion}`;
  return [`release    ${name}: ${shownStatus}, revision ${revision}, chart ${chart} ${chartVersion}${app}`];
}

function workloadLines(workloads: Workload[]): string[] {
  const waiting = workloads.filter(({ isReady }) => !isReady);
  const table = new Table({ head: ['not ready', 'ready', 'why'], style: { head: ['bold'] } });
  for (const { kind, name, ready, wanted, reason } of waiting) {
    table.push([`${kind} ${name}`, `${ready}/${wanted}`, reason ?? 'nothing tells']);
  }
  const summary = `workloads  ${workloads.length - waiting.length} of ${workloads.length} ready`;
  return waiting.length > 0 ? [summary, table.toString()] : [summary];
}

function endpointLines(endpoints: Endpoint[]): string[] {
  if (endpoints.length === 0) return ['endpoints  none'];
  return ['endpoints', ...endpoints.map(({ name, url, command }) => `  ${name.padEnd(15)} ${url}  after: ${command}`)];
}

function secretLines(secrets: SyncedSecret[] | null): string[] {
  if (secrets === null || secrets.length === 0) return ['secrets    none are kept in step'];
  const behind = secrets.filter(({ inStep }) => !inStep);
  return [
    `secrets    ${secrets.length - behind.length} of ${secrets.length} in step`,
    ...behind.map(({ name, reason }) => `  ${pc.red(name)}: ${reason}`),
  ];
}
