import type { Change, StoreState } from './state.ts';

/**
 * Where flag definitions are kept and changed, with the ledger beside them. A change is a pure function of the state that
 * it finds; the store may run it again when somebody else was quicker, and either all of its outcome is written or none.
 * The ledger is written first, so that a crash in between leaves a record of what may be in force.
 */
export interface FlagStore {
  /** where it is, for messages */
  readonly location: string;
  /** how long a change may take until evaluations show it (ms) */
  readonly visibleWithin: number;
  /** The state as it is; a store without a ledger shows a new, unwritten one. */
  read(): Promise<StoreState>;
  /** Throws Problem `flags-read-only` where the flags may not be changed. Changes nothing. */
  checkWritable(): Promise<void>;
  /** Makes sure that the ledger exists, with the lab's identity in it, and answers that. */
  identify(): Promise<string>;
  /** Changes asked for at the same time share one write. */
  change<T>(step: (state: StoreState) => Change<T>): Promise<T>;
  /**
   * Brings the flag daemon's own copy in line, where it has one. A change sees to that by itself; this is for when its process
   * died before. Resolves when it is; throws where it cannot be reached.
   */
  publish(): Promise<void>;
}
