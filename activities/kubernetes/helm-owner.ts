import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { CoreV1Api } from '@kubernetes/client-node';
import { CommandError, run } from '../command.ts';
import type { Cluster } from './cluster.ts';
import type { Revision } from './look/release.ts';

/** Labels of the record of a release that this project made: for which environment, and by which helm on which machine. */
const labels = { environment: 'incidentfox.environment', host: 'incidentfox.host', run: 'incidentfox.run' } as const;

/** Longer than a helm that we start may take, at five minutes for a hook (ms); the demo's chart has none. */
const longest = 10 * 60_000;

/**
 * Labels for the helm that is about to make that revision. `run` is also part of its command line, and names the revision:
 * somebody else's upgrade takes our labels over.
 */
export function helmLabels(environment: string, revision: number): Record<string, string> {
  return { [labels.environment]: environment, ...ownerOf('install', revision) };
}

/** Writes into a revision's record that our helm is about to uninstall it; answers the token for its command line. */
export async function markUninstall(cluster: Cluster, { secret, release }: Revision): Promise<string> {
  const owner = ownerOf('uninstall', release.revision);
  const { name } = secret;
  const { namespace } = cluster;
  await cluster.use(CoreV1Api, async (api) => {
    const found = await api.readNamespacedSecret({ name, namespace });
    const metadata = { ...found.metadata, labels: { ...found.metadata?.labels, ...owner } };
    await api.replaceNamespacedSecret({ name, namespace, body: { ...found, metadata } });
  });
  return tokenOf(owner[labels.run] ?? '');
}

/** Whether `deploy` made the release, and not somebody else. */
export function isOurs(revision: Revision): boolean {
  return revision.labels[labels.environment] !== undefined;
}

/**
 * Whether the helm that works on a revision may still live. Of one that we started its own machine can tell, and others know
 * until when it must be over: `until` (ms since the epoch). Of somebody else's nobody knows.
 */
export async function helmOf({ labels: found, release, begun }: Revision): Promise<HelmOwner> {
  const { [labels.host]: host, [labels.run]: token = '' } = found;
  const operation = release.status === 'uninstalling' ? 'uninstall' : 'install';
  if (!token.startsWith(`${operation}-${release.revision}-`)) return 'unknown';
  if (host === hostLabel()) {
    const lives = await isRunning(token);
    if (lives !== undefined) return lives ? 'living' : 'gone';
  }
  const until = begun + longest;
  return until < Date.now() ? 'gone' : { until };
}

export type HelmOwner = 'living' | 'gone' | 'unknown' | { until: number };

function ownerOf(operation: 'install' | 'uninstall', revision: number): Record<string, string> {
  return { [labels.host]: hostLabel(), [labels.run]: `${operation}-${revision}-${randomUUID()}` };
}

function tokenOf(token: string): string {
  return `${labels.run}=${token}`;
}

/** Undefined where this machine cannot tell. */
async function isRunning(token: string): Promise<boolean | undefined> {
  try {
    await run('pgrep', ['-f', tokenOf(token)]);
    return true;
  } catch (error) {
    return error instanceof CommandError && error.exitCode === 1 ? false : undefined;
  }
}

/** The machine's name as a label's value may be written. */
function hostLabel(): string {
  return hostname()
    .replaceAll(/[^A-Za-z0-9._-]/g, '_')
    .slice(0, 60)
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}
