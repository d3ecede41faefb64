import { setTimeout as delay } from 'node:timers/promises';
import type { Owner, Receipt, Resolved } from '../workflows/contract.ts';
import type { Dependencies } from './dependencies.ts';
import { type Plan, planIncident } from './plan.ts';
import { ofrepReceipt, type OfrepWitness } from './probes/ofrep.ts';
import { within } from './within.ts';

/** The plan of an incident with all that its workflow needs to know: the lab, the evaluation at rest, the indicator before. */
export async function resolveIncident(
  { store, witness, indicators, searchAttributes }: Dependencies,
  owner: Owner,
  input: unknown,
  signal: AbortSignal,
): Promise<Resolved> {
  const state = await store.read();
  const plan = planIncident(input, state, store.location, owner);
  await store.checkWritable();
  const { after: applied, ...rest } = plan;
  const indicator = indicators && plan.indicator && { ...plan.indicator, window: indicators.window };
  // a run that was reset finds its own fault in force, and knows from its record what was there before
  const known = state.record(owner.firstRunId)?.resting as Receipt | undefined;
  const [lab, resting, registered, before] = await Promise.all([
    store.identify(),
    known ?? atRest(witness, plan, signal),
    searchAttributes(),
    // evidence only: an incident does not wait for a Prometheus that is away
    indicator &&
      within(1_000, signal, async (limit) => await indicators?.read(indicator, 'before', limit)).catch(() => null),
  ]);
  const receipts = before ? [resting, before] : [resting];
  return { ...rest, applied, lab, resting, indicator, receipts, searchAttributes: registered };
}

/** A daemon that has just been given thousands of flags may need a while: it is asked three times before it counts as away. */
async function atRest(witness: OfrepWitness, { flag, context }: Plan, signal: AbortSignal): Promise<Receipt> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return ofrepReceipt('before', await witness.evaluate(flag, context, signal));
    } catch (error) {
      if (attempt === 3 || signal.aborted) throw error;
      await delay(500, undefined, { signal });
    }
  }
}
