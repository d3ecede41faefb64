import type { Lever } from './ledger.ts';
import { type Findings, withdrawDue } from './reconciler.ts';
import type { FlagStore } from './store.ts';

/**
 * Pulls the safety lever: from that write on no fault can be recorded or injected. Pulled already, it keeps its time and
 * reason. Needs neither Temporal nor the flags to be there.
 */
export async function pullLever(store: FlagStore, reason: string, now: () => number = Date.now): Promise<Lever> {
  return await store.change((state) => {
    const lever = state.halted ?? { since: new Date(now()).toISOString(), reason };
    return { lever, answer: lever };
  });
}

/** Withdraws every fault, which the pulled lever makes due. Should this process die, any reconciler goes on. */
export async function withdrawAll(store: FlagStore, now: () => number = Date.now): Promise<Findings['due']> {
  const withdrawn: Findings['due'] = [];
  for (;;) {
    const { due, strays } = await withdrawDue(store, now);
    withdrawn.push(...due);
    if (due.length === 0 && strays.length === 0) return withdrawn;
  }
}

/** Releases the lever. Answers whether it was pulled. */
export async function releaseLever(store: FlagStore): Promise<boolean> {
  return await store.change((state) => (state.halted ? { lever: null, answer: true } : { answer: false }));
}
