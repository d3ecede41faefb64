import { Problem } from '../../workflows/problem.ts';
import type { StoreState } from './state.ts';

/** Throws Problem `lab-mismatch` unless the ledger is that of lab `lab`. */
export function requireLab(state: StoreState, lab: string): void {
  if (state.lab === lab) return;
  throw new Problem(
    'lab-mismatch',
    `This flag store belongs to lab ${state.lab}, the incident to lab ${lab}`,
    'Nothing was changed. Two workers on one task queue serve different labs: give each its own Temporal server or task queue.',
  );
}

/** Throws Problem `halted` while the safety lever is pulled. */
export function requireReleased(state: StoreState): void {
  if (!state.halted) return;
  throw new Problem(
    'halted',
    `The safety lever has been pulled since ${state.halted.since}: ${state.halted.reason || 'no reason given'}`,
    'No incident can start until it is released: npm run incident -- resume',
  );
}

/** Throws Problem `flag-taken` where another record than `key` holds the flag: one incident a flag at a time. */
export function requireFree(state: StoreState, flag: string, key?: string): void {
  const holder = state.holderOf(flag);
  if (!holder || holder === state.record(key ?? '')) return;
  throw new Problem(
    'flag-taken',
    `Flag ${flag} is held by incident ${holder.id} until ${holder.until}`,
    `Wait, or stop it: npm run incident -- stop ${holder.id}`,
  );
}
