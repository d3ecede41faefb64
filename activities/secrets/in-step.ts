import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, SyncedSecret } from '../../workflows/secrets-contract.ts';
import { Problem } from '../../workflows/problem.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { troubleOf } from '../kubernetes/look/trouble.ts';
import { watchUntil } from '../kubernetes/watch.ts';
import type { Progress } from '../lifecycle/step.ts';
import { behindFirst, type Consuming, findConsumers, isStale } from './consumers.ts';
import {
  type ExternalSecret,
  forceSync,
  pathsOf,
  readExternalSecret,
  readTarget,
  recordedVersion,
  recordVersion,
  targetOf,
} from './external-secret.ts';
import { isSame } from './same.ts';
import type { SecretVersion, Vault } from './vault.ts';

/** The operator is in step some seconds after it was told to look; AWS may throttle it meanwhile (ms). */
const longest = 2 * 60_000;
/** Pods are known by the second in which they were made (ms). */
const oneSecond = 1_000;

type InStep = Omit<SyncedSecret, 'consumers'> & { consumers: Consumer[]; stale: Consumer[] };

/**
 * Waits until the cluster's Secret is the current version of Secrets Manager, having told the operator to look again where it is not.
 * `login`: where people log in with it. Throws Problems `secret-not-synced`, with what the operator says, `operator-missing`, `secret-invalid`, and those of Vault.
 */
export async function bringIntoStep(
  cluster: Cluster,
  vault: Vault,
  { key, login }: { key: string; login: string | undefined },
  progress: Progress,
  signal: AbortSignal,
  patience = longest,
): Promise<InStep> {
  const first = await readExternalSecret(cluster, key);
  requireRefreshing(first);
  requireSource(first, vault.nameOf(key));
  const target = targetOf(first);
  const consuming = await findConsumers(cluster, target);
  let refreshed = false;
  let last = first;
  const look = async (): Promise<SecretVersion | undefined> => {
    const wanted = await vault.read(key);
    requireKeys(vault.nameOf(key), wanted, consuming);
    last = await readExternalSecret(cluster, key);
    const data = await readTarget(cluster, target);
    const isThere = data !== undefined && isSame(wanted.fields, data);
    if (isThere && conditionOf(last)?.status === 'True') return wanted;
    if (!refreshed) {
      refreshed = true;
      await forceSync(cluster, key);
    }
    progress.show({ detail: `${key}: ${isThere ? 'in step, but ' : ''}${reasonOf(last)}` });
    return undefined;
  };
  const found = await watchUntil(cluster, pathsOf(cluster, first, target), look, patience, signal);
  if (!found) throw notSynced(key, first, last, await troubleOf(cluster, key));
  const { version, changedAt } = found;
  const isNew = recordedVersion(last) !== version;
  const since = await recordVersion(cluster, key, version);
  // what is made from now on is to be told apart from what was there
  if (isNew) await delay(oneSecond, undefined, { signal });
  const now = await behindFirst(cluster, login, await findConsumers(cluster, target));
  return {
    key,
    version,
    changedAt,
    refreshed,
    consumers: now.map(named),
    stale: now.filter((each) => isStale(each, since)).map(named),
  };
}

function named({ kind, name }: Consuming): Consumer {
  return { kind, name };
}

function conditionOf({ status }: ExternalSecret) {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}

function reasonOf(secret: ExternalSecret): string {
  const ready = conditionOf(secret);
  if (ready === undefined) return 'the operator has not looked at it yet';
  if (ready.status === 'True') return 'the operator says that it is ready, with another version';
  return `the operator says ${ready.message ?? ready.reason ?? 'that it is not ready'}`;
}

function requireRefreshing({ metadata: { name }, spec }: ExternalSecret): void {
  const { refreshPolicy = 'Periodic', refreshInterval = '1h' } = spec;
  const isNever =
    refreshPolicy === 'CreatedOnce' || (refreshPolicy === 'Periodic' && /^0+[a-z]*$/.test(refreshInterval));
  if (!isNever) return;
  throw new Problem(
    'secret-not-synced',
    `ExternalSecret ${name} never refreshes: policy ${refreshPolicy}, interval ${refreshInterval}`,
    'Somebody has changed it. Deploy again, which puts it right.',
  );
}

/** One that somebody has pointed elsewhere would never be in step. */
function requireSource({ metadata: { name }, spec }: ExternalSecret, source: string): void {
  const found = spec.dataFrom?.map(({ extract }) => extract?.key ?? 'something else') ?? [];
  if (found.length === 1 && found[0] === source) return;
  throw new Problem(
    'secret-not-synced',
    `ExternalSecret ${name} reads ${found.join(', ') || 'no whole secret'}, not ${source}`,
    'Somebody has changed it, or secrets in the environment file. Deploy again, which puts it right.',
  );
}

function requireKeys(name: string, { fields }: SecretVersion, consuming: Consuming[]): void {
  for (const { kind, name: consumer, keys } of consuming) {
    const missing = keys.find((key) => !(key in fields));
    if (missing === undefined) continue;
    throw new Problem(
      'secret-invalid',
      `Secret ${name} has no field ${missing}, which ${kind} ${consumer} takes`,
      `It has ${Object.keys(fields).join(', ') || 'none'}. Add the field in Secrets Manager.`,
    );
  }
}

function notSynced(key: string, before: ExternalSecret, now: ExternalSecret, trouble: string | null): Problem {
  const ready = conditionOf(now);
  if (ready?.status !== 'False' && before.status?.refreshTime === now.status?.refreshTime) {
    const hint = 'Look at its pod: kubectl get pods -A -l app.kubernetes.io/name=external-secrets. Deploy installs it.';
    return new Problem('operator-missing', `No External Secrets Operator answers for ${key}`, hint);
  }
  return new Problem(
    'secret-not-synced',
    `Secret ${key} did not get into step in time: ${reasonOf(now)}${ready?.status !== 'False' || trouble === null ? '' : `: ${trouble}`}`,
    'Mend what it names, then run it again. docs/secrets.md says who must be able to read what.',
  );
}
