import type { ForwardActivities } from '../workflows/contract.ts';
import { Problem } from '../workflows/problem.ts';
import type { Dependencies } from './dependencies.ts';
import { asActivity } from './failure.ts';
import { applyFault, extendFault, recordFault } from './flags/apply.ts';
import { resolveIncident } from './resolve.ts';
import { witnessFault } from './witness.ts';

/** The activities that break the shop: each may be killed and run again at any point. */
export function createForwardActivities(dependencies: Dependencies): ForwardActivities {
  const { store, indicators, temporal, clock } = dependencies;
  return {
    resolve: ({ owner, input }) =>
      asActivity(clock, 'forward', (signal) => resolveIncident(dependencies, owner, input, signal)),

    record: ({ owner, resolved }) =>
      asActivity(clock, 'forward', async () => {
        const { scenario, flag, variant, before, applied, resting, lab, duration } = resolved;
        const until = new Date(clock.now() + store.visibleWithin + duration).toISOString();
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
          resting,
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
      asActivity(clock, 'forward', (signal) => witnessFault(dependencies, owner, resolved, signal)),

    extend: ({ owner, lab, until }) =>
      asActivity(clock, 'forward', async () => ({
        until: await store.change((state) => extendFault(state, owner.firstRunId, lab, until, clock.now())),
      })),

    observe: ({ indicator, moment, before }) =>
      asActivity(clock, 'forward', async (signal) => {
        if (!indicators)
          throw new Problem('lab-down', 'This lab has no shop to ask for an indicator', 'Nothing to do.');
        return moment === 'after'
          ? await indicators.settle(indicator, before, signal)
          : await indicators.read(indicator, moment, signal);
      }),
  };
}
