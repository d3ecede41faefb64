import { type Environment, isCluster } from '../environments/load.ts';
import type { Target } from './dependencies.ts';
import { FileFlagStore } from './flags/file-store.ts';
import { ShopIndicators } from './probes/indicator.ts';
import { OfrepWitness } from './probes/ofrep.ts';

/**
 * Opens what an environment names; nothing is asked for before it is used. `now`: the clock, in ms. A cluster's client is
 * loaded only where there is one, as that takes 0.3 s.
 */
export async function openTarget(environment: Environment, now: () => number = Date.now): Promise<Target> {
  if (isCluster(environment)) return await (await import('./kubernetes/target.ts')).openCluster(environment, now);
  const { flags, ofrep, shop } = environment;
  return {
    store: new FileFlagStore(flags.location),
    witness: new OfrepWitness(ofrep, now),
    indicators: shop === null ? null : new ShopIndicators(shop),
    close: () => Promise.resolve(),
  };
}
