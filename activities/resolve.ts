import type { Owner, Receipt, Resolved } from '../workflows/contract.ts';
import type { Dependencies } from './dependencies.ts';
import { planIncident } from './plan.ts';
import { ofrepReceipt } from './probes/ofrep.ts';

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
  const indicator = indicators ? plan.indicator : null;
  // a run that was reset finds its own fault in force, and knows from its record what was there before
  const known = state.record(owner.firstRunId)?.resting as Receipt | undefined;
  const [lab, resting, registered, before] = await Promise.all([
    store.identify(),
    known ?? witness.evaluate(plan.flag, plan.context, signal).then((it) => ofrepReceipt('before', it)),
    searchAttributes(),
    indicator && indicators?.read(indicator, 'before', signal).catch(() => null),
  ]);
  const receipts = before ? [resting, before] : [resting];
  return { ...rest, applied, lab, resting, indicator, receipts, searchAttributes: registered };
}
