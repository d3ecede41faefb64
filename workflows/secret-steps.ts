import { summarized } from './activities.ts';
import type { Caller } from './lifecycle-contract.ts';
import { lifecycleOptions } from './options.ts';
import type { Consumer, SecretActivities, SyncedSecret } from './secrets-contract.ts';

export const secretStep = summarized<SecretActivities>(lifecycleOptions);

/** Brings each into step, then restarts what holds an older version of any, one by one. */
export async function syncAll(tell: Caller, keys: string[]): Promise<SyncedSecret[]> {
  const found = await Promise.all(keys.map((key) => secretStep(key).bringIntoStep({ tell, key })));
  const stale = new Map<string, { key: string; consumer: Consumer }>();
  for (const { key, stale: own } of found) for (const consumer of own) stale.set(nameOf(consumer), { key, consumer });
  await restartAll(tell, [...stale.values()]);
  return found.map(({ stale: _stale, ...secret }) => ({
    ...secret,
    consumers: secret.consumers.map((consumer) => ({ ...consumer, restarted: stale.has(nameOf(consumer)) })),
  }));
}

/** One by one, so that never more than one of them is away. */
async function restartAll(tell: Caller, stale: { key: string; consumer: Consumer }[]): Promise<void> {
  for (const { key, consumer } of stale) await restartOne(tell, key, consumer);
}

export async function restartOne(tell: Caller, key: string, consumer: Consumer): Promise<void> {
  const at = new Date().toISOString();
  await secretStep(`${nameOf(consumer)}, for ${key}`).restartConsumer({ tell, key, consumer, at });
}

function nameOf({ kind, name }: Consumer): string {
  return `${kind} ${name}`;
}
