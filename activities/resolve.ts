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
  const plan = planIncident(input, await store.read(), store.location, owner);
  await store.checkWritable();
  const { after: applied, ...rest } = plan;
  const indicator = indicators ? plan.indicator : null;
  const [lab, evaluation, registered, before] = await Promise.all([
    store.identify(),
    witness.evaluate(plan.flag, plan.context, signal),
    searchAttributes(),
    indicator && indicators?.read(indicator, 'before', signal).catch(() => null),
  ]);
  const resting: Receipt = ofrepReceipt('before', evaluation);
  const receipts = before ? [resting, before] : [resting];
  return { ...rest, applied, lab, resting, indicator, receipts, searchAttributes: registered };
}
