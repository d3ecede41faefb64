import { isDeepStrictEqual } from 'node:util';
import type { RollbackActivities } from '../workflows/contract.ts';
import type { Dependencies } from './dependencies.ts';
import { asActivity } from './failure.ts';
import { closeRecord, withdrawFault } from './flags/withdraw.ts';
import { ofrepReceipt } from './probes/ofrep.ts';

/** How long the flag daemon may take to show the restored flag (ms). */
const verifyLimit = 20_000;

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
          verifyLimit,
          signal,
        );
        return { verified: accepted, at: evaluation.at, receipt: ofrepReceipt('after', evaluation) };
      }),

    close: ({ owner, lab, verifiedAt }) =>
      asActivity(clock, 'rollback', async () => ({
        after: await store.change((state) =>
          closeRecord(state, owner.firstRunId, lab, clock.now(), verifiedAt ?? undefined),
        ),
      })),
  };
}
