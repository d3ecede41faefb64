import type { ServerClock } from './clock.ts';
import type { FlagStore } from './flags/store.ts';
import type { Indicators } from './probes/indicator.ts';
import type { OfrepWitness } from './probes/ofrep.ts';

/** What an environment's faults are put into and seen with. */
export interface Target {
  store: FlagStore;
  witness: OfrepWitness;
  /** null where nothing can be asked for the shop's health */
  indicators: Indicators | null;
  /** ends the connections that it holds */
  close(): Promise<void>;
}

/** What an incident's activities work with; made once, by the worker. */
export interface Dependencies extends Omit<Target, 'close'> {
  clock: ServerClock;
  /** identity of the Temporal server, for the ledger: only there may an owner be judged gone */
  temporal: { cluster: string; namespace: string };
  /** which of our search attributes the server has */
  searchAttributes: () => Promise<string[]>;
}
