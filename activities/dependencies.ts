import type { ServerClock } from './clock.ts';
import type { FlagStore } from './flags/store.ts';
import type { ShopIndicators } from './probes/indicator.ts';
import type { OfrepWitness } from './probes/ofrep.ts';

/** What an incident's activities work with; made once, by the worker. */
export interface Dependencies {
  store: FlagStore;
  witness: OfrepWitness;
  clock: ServerClock;
  /** null where the lab has no shop of ours to ask */
  indicators: ShopIndicators | null;
  /** identity of the Temporal server, for the ledger: only there may an owner be judged gone */
  temporal: { cluster: string; namespace: string };
  /** which of our search attributes the server has */
  searchAttributes: () => Promise<string[]>;
}
