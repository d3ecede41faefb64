import { isDeepStrictEqual } from 'node:util';
import type { Owner, Resolved, Witnessed } from '../workflows/contract.ts';
import type { Dependencies } from './dependencies.ts';
import { activateFault } from './flags/apply.ts';
import { ofrepReceipt } from './probes/ofrep.ts';

/** Waits until a flag evaluation shows this very fault, and notes that in the ledger; null where none does in time. */
export async function witnessFault(
  { store, witness, clock }: Pick<Dependencies, 'store' | 'witness' | 'clock'>,
  owner: Owner,
  { flag, context, value, lab, duration }: Resolved,
  signal: AbortSignal,
): Promise<Witnessed | null> {
  const known = (await store.read()).record(owner.firstRunId);
  // an attempt that was killed after it had seen the fault; by now the fault may be over
  if (known?.witnessedAt) {
    // without the extensions: a run that was reset has them applied again
    const until = new Date(Date.parse(known.witnessedAt) + duration).toISOString();
    const receipt = { witness: 'ofrep', moment: 'during', at: known.witnessedAt, value } as const;
    return { witnessedAt: known.witnessedAt, until, receipt };
  }
  const { accepted, evaluation } = await witness.until(
    flag,
    context,
    (seen) => seen.incident === owner.workflowId && isDeepStrictEqual(seen.value, value),
    store.visibleWithin,
    signal,
  );
  if (!accepted) return null;
  const times = { witnessedAt: evaluation.at, until: new Date(Date.parse(evaluation.at) + duration).toISOString() };
  const record = await store.change((state) => activateFault(state, owner.firstRunId, lab, times, clock.now()));
  const { witnessedAt = evaluation.at, until } = record;
  return { witnessedAt, until, receipt: ofrepReceipt('during', evaluation) };
}
