import { sleep } from '@temporalio/workflow';
import { messageOf, typeOf } from './failures.ts';
import type { Caller } from './lifecycle-contract.ts';
import { restartOne, secretStep } from './secret-steps.ts';

/** What AWS and the database must be told is tried for a day; what follows from it, a later sync does as well (ms). */
const [day, hour] = [24 * 60 * 60_000, 60 * 60_000];
/** Between two tries; a history has its limits (ms). */
const [shortestPause, longestPause] = [2_000, 5 * 60_000];

/**
 * Takes a rotation back, wherever it had come to: first the database, then what Secrets Manager says, then those that follow it.
 * `current`: the version before; undefined where nothing but a proposal can have been made. Answers why not all of it could be done, null
 * where it was.
 */
export async function rollBack(
  tell: Caller,
  key: string,
  version: string,
  current: string | undefined,
): Promise<string | null> {
  try {
    if (current !== undefined) await putBack(tell, key, version, current);
    await insist(day, () => secretStep(`${key}: the new one is dropped`).dropVersion({ tell, key, version }));
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

async function putBack(tell: Caller, key: string, version: string, current: string): Promise<void> {
  const tellDatabase = () =>
    insist(day, () =>
      secretStep(`${key}: the database takes the old one back`).changeLogin({ tell, key, from: version, to: current }),
    );
  await tellDatabase();
  await insist(day, () =>
    secretStep(`${key}: the old one is current again`).promoteVersion({
      tell,
      key,
      version: current,
      instead: version,
    }),
  );
  const { stale } = await insist(hour, () => secretStep(`${key}: the cluster follows`).bringIntoStep({ tell, key }));
  for (const consumer of stale) {
    try {
      await restartOne(tell, key, consumer);
    } catch (error) {
      // its new pods take the old password, whatever else keeps them from being ready
      if (typeOf(error) !== 'not-ready') throw error;
    }
  }
  // one that was made anew in between may have taken what the cluster had then
  await tellDatabase();
  await insist(hour, () => secretStep(`${key}: the old one is proven`).proveLogin({ tell, key, version: current }));
}

/** Tries again until it is done, for so long (ms) at most; throws what it failed with at last. */
async function insist<T>(longest: number, work: () => Promise<T>): Promise<T> {
  const end = Date.now() + longest;
  for (let pause = shortestPause; ; pause = Math.min(pause * 2, longestPause)) {
    try {
      return await work();
    } catch (error) {
      // that somebody else has changed it, no patience mends
      if (typeOf(error) === 'secrets-busy' || Date.now() + pause > end) throw error;
      await sleep(pause);
    }
  }
}
