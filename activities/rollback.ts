import { isDeepStrictEqual } from 'node:util';
import type { RollbackActivities } from '../workflows/contract.ts';
import type { Dependencies } from './dependencies.ts';
import { asActivity } from './failure.ts';
import { closeRecord, overwrittenBy, withdrawFault } from './flags/withdraw.ts';
import { ofrepReceipt } from './probes/ofrep.ts';

/** The activities that withdraw a fault. Small on purpose: a bug here leaves the fault on. */
export function createRollbackActivities({
  store,
  witness,
  clock,
}: Pick<Dependencies, 'store' | 'witness' | 'clock'>): RollbackActivities {
  return {
    withdraw: ({ owner, lab, endedBy }) =>
      asActivity(clock, 'rollback', () =>
        store.change((state) =>
          withdrawFault(
            state,
            owner.firstRunId,
            { ...owner, id: owner.workflowId, lab },
            { by: 'workflow', endedBy: endedBy ?? undefined },
            clock.now(),
          ),
        ),
      ),

    verify: ({ fault, id }) =>
      asActivity(clock, 'rollback', async (signal) => {
        const { flag, context, resting } = fault;
        const { accepted, evaluation } = await witness.until(
          flag,
          context,
          (seen) =>
            seen.incident !== id &&
            isDeepStrictEqual([seen.value, seen.errorCode], [resting['value'], resting['errorCode']]),
          // the workflow has nothing better to do, and an unverified recovery is a nuisance
          store.visibleWithin * 2,
          signal,
        );
        return { verified: accepted, at: evaluation.at, receipt: ofrepReceipt('after', evaluation) };
      }),

    close: ({ owner, lab, verifiedAt }) =>
      asActivity(clock, 'rollback', () =>
        store.change((state) => {
          const key = owner.firstRunId;
          const overwritten = overwrittenBy(state.record(key));
          const { answer: after, ...change } = closeRecord(state, key, lab, clock.now(), verifiedAt ?? undefined);
          return { ...change, answer: { after, overwritten } };
        }),
      ),
  };
}
