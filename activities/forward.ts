import { isDeepStrictEqual } from 'node:util';
import type { ForwardActivities } from '../workflows/contract.ts';
import { Problem } from '../workflows/problem.ts';
import type { Dependencies } from './dependencies.ts';
import { asActivity } from './failure.ts';
import { activateFault, applyFault, extendFault, recordFault } from './flags/apply.ts';
import { ofrepReceipt } from './probes/ofrep.ts';
import { resolveIncident } from './resolve.ts';

/** How long the flag daemon may take to show the fault (ms). */
const witnessLimit = 10_000;

/** The activities that break the shop: each may be killed and run again at any point. */
export function createForwardActivities(dependencies: Dependencies): ForwardActivities {
  const { store, witness, indicators, temporal, clock } = dependencies;
  return {
    resolve: ({ owner, input }) =>
      asActivity(clock, 'forward', (signal) => resolveIncident(dependencies, owner, input, signal)),

    record: ({ owner, resolved }) =>
      asActivity(clock, 'forward', async () => {
        const { scenario, flag, variant, before, applied, lab, duration } = resolved;
        const until = new Date(clock.now() + witnessLimit + duration).toISOString();
        const entry = {
          id: owner.workflowId,
          ...owner,
          ...temporal,
          lab,
          scenario,
          flag,
          variant,
          before,
          applied,
          until,
        };
        return await store.change((state) => recordFault(state, owner.firstRunId, entry, clock.now()));
      }).then(({ until }) => ({ until })),

    inject: ({ owner, lab }) =>
      asActivity(clock, 'forward', async () => {
        const { appliedAt = '' } = await store.change((state) => applyFault(state, owner.firstRunId, lab, clock.now()));
        return { appliedAt };
      }),

    witness: ({ owner, resolved }) =>
      asActivity(clock, 'forward', async (signal) => {
        const { flag, context, value, lab, duration } = resolved;
        const { accepted, evaluation } = await witness.until(
          flag,
          context,
          (seen) => seen.incident === owner.workflowId && isDeepStrictEqual(seen.value, value),
          witnessLimit,
          signal,
        );
        if (!accepted) return null;
        const witnessedAt = evaluation.at;
        const times = { witnessedAt, until: new Date(Date.parse(witnessedAt) + duration).toISOString() };
        const record = await store.change((state) => activateFault(state, owner.firstRunId, lab, times, clock.now()));
        return {
          witnessedAt: record.witnessedAt ?? witnessedAt,
          until: record.until,
          receipt: ofrepReceipt('during', evaluation),
        };
      }),

    extend: ({ owner, lab, until }) =>
      asActivity(clock, 'forward', async () => ({
        until: await store.change((state) => extendFault(state, owner.firstRunId, lab, until, clock.now())),
      })),

    observe: ({ indicator, moment }) =>
      asActivity(clock, 'forward', async (signal) => {
        if (!indicators)
          throw new Problem('lab-down', 'This lab has no shop to ask for an indicator', 'Nothing to do.');
        return moment === 'after'
          ? await indicators.settle(indicator, signal)
          : await indicators.read(indicator, moment, signal);
      }),
  };
}
