import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { summarized } from './activities.ts';
import type { ForwardActivities, IncidentResult, Owner, Resolved, RollbackActivities } from './contract.ts';
import { innermost, isRefusal, messageOf } from './failures.ts';
import { extend, extensionIn, reasonIn, state, stop } from './incident-messages.ts';
import { tellEnded } from './incident-sink.ts';
import { describe, enter, newState, notWitnessed, outcomeOf, publishPhase } from './incident-state.ts';
import { extendOptions, forwardOptions, observeOptions, rollbackOptions, witnessOptions } from './options.ts';

/** How long after the fault was seen its indicator is read where a history of old does not say it: it shall be full of it (ms). */
const indicatorDelay = 6_000;

/**
 * One run of a scenario: resolve, record, inject, witness, hold, withdraw, verify, close. Whatever ends it, the fault is
 * withdrawn in a scope that nothing cancels. Refused input fails the workflow with the error document's code as type.
 */
export async function incident(input: unknown): Promise<IncidentResult> {
  const info = workflowInfo();
  const owner: Owner = { workflowId: info.workflowId, firstRunId: info.firstExecutionRunId };
  const act = summarized<ForwardActivities>(forwardOptions);
  const watching = summarized<ForwardActivities>(witnessOptions);
  const extending = summarized<ForwardActivities>(extendOptions);
  const observing = summarized<ForwardActivities>(observeOptions);
  const rollback = summarized<RollbackActivities>(rollbackOptions(`${info.taskQueue}-rollback`));

  const now = newState(info, input);
  const forward = new CancellationScope();
  let resolved: Resolved | undefined;
  let recorded = false;
  let refused: unknown;
  let pendingExtensions = 0;
  let lastExtension: Promise<unknown> = Promise.resolve();

  setHandler(state, () => now);
  setHandler(stop, (request) => {
    if (now.endedBy) return;
    now.endedBy = 'stop';
    now.reason = reasonIn(request);
    forward.cancel();
  });
  setHandler(
    extend,
    async (request) => {
      const mine = lastExtension.then(() => extendBy(extensionIn(request)));
      lastExtension = mine.catch(() => undefined);
      pendingExtensions += 1;
      return await mine.finally(() => (pendingExtensions -= 1));
    },
    { validator: (request) => void extensionIn(request) },
  );

  try {
    await forward.run(breakIt);
    now.endedBy ??= 'deadline';
  } catch (error) {
    now.endedBy ??= isCancellation(error) ? 'cancel' : 'failure';
    if (!isCancellation(error)) now.error = messageOf(error);
    if (!isCancellation(error) && (!recorded || (isRefusal(error) && !now.appliedAt))) refused = innermost(error);
  }
  return await CancellationScope.nonCancellable(async () => {
    if (resolved && recorded) await restore(resolved);
    now.outcome = refused ? 'refused' : outcomeOf(now);
    publishPhase(now, 'closed', resolved?.searchAttributes ?? []);
    await condition(allHandlersFinished);
    tellEnded(now, resolved?.scenario ?? null);
    if (refused) throw refused;
    return now as IncidentResult;
  });

  async function breakIt(): Promise<void> {
    resolved = await act(`${now.scenario}: check input and flags`).resolve({ owner, input });
    const { scenario, title, flag, variant, before, applied, lab, receipts, searchAttributes } = resolved;
    Object.assign(now, { scenario, title, flag, variant, before, applied, receipts: [...receipts] });
    const fault = `${flag} = ${variant}`;
    publishPhase(now, 'recording', searchAttributes);
    recorded = true;
    try {
      now.deadline = (await act(`write ${fault} into the ledger`).record({ owner, resolved })).until;
    } catch (error) {
      recorded = !isRefusal(error);
      throw error;
    }
    publishPhase(now, 'injecting', searchAttributes);
    now.appliedAt = (await act(`set ${fault}`).inject({ owner, lab })).appliedAt;
    const seen = await watching(`see ${fault} in a flag evaluation`).witness({ owner, resolved });
    if (!seen) throw ApplicationFailure.nonRetryable(notWitnessed, 'not-witnessed');
    now.receipts.push(seen.receipt);
    now.witnessedAt = seen.witnessedAt;
    now.deadline = seen.until;
    publishPhase(now, 'active', searchAttributes);
    void observeDuring(resolved).catch(() => undefined);
    await hold();
  }

  /** Waits for the deadline, which an extension may move. */
  async function hold(): Promise<void> {
    for (;;) {
      const deadline = Date.parse(now.deadline ?? '');
      const left = deadline - Date.now();
      if (left > 0) {
        await condition(() => Date.parse(now.deadline ?? '') !== deadline, left, {
          summary: `fault until ${now.deadline}`,
        });
      } else if (pendingExtensions > 0) {
        // One that reached the ledger just before the deadline counts, so its answer is heard; meanwhile the reconciler
        // sees to the ledger's own deadline.
        await condition(() => pendingExtensions === 0);
      } else {
        return;
      }
    }
  }

  /** Runs one at a time, and only while the fault is in force. */
  async function extendBy(by: number): Promise<{ deadline: string }> {
    await condition(() => now.phase === 'active' || now.endedBy !== null);
    if (now.endedBy || !resolved) throw over();
    const until = new Date(Date.parse(now.deadline ?? '') + by).toISOString();
    try {
      now.deadline = (await extending(`extend until ${until}`).extend({ owner, lab: resolved.lab, until })).until;
    } catch (error) {
      throw innermost(error);
    }
    if (now.endedBy) throw over();
    describe(now);
    return { deadline: now.deadline };
  }

  /** Evidence beside the witness; nothing waits for it. */
  async function observeDuring({ indicator, duration }: Resolved): Promise<void> {
    if (!indicator) return;
    await sleep(Math.min(indicator.window ?? indicatorDelay, duration * 0.7), {
      summary: 'until the indicator is full of the fault',
    });
    const receipt = await observing(`read: ${indicator.title}`).observe({ indicator, moment: 'during' });
    if (now.phase === 'active') now.receipts.push(receipt);
  }

  /** The rollback path: three activities and nothing else that could fail. */
  async function restore({ lab, indicator, ...fault }: Resolved): Promise<void> {
    enter(now, 'rolling-back');
    Object.assign(now, await rollback(`withdraw ${fault.flag}`).withdraw({ owner, lab, endedBy: now.endedBy }));
    // the lever withdraws first and then cancels the workflow, which is how it learns
    if (now.withdrawnBy === 'lever' && now.endedBy !== 'stop') now.endedBy = 'halt';
    enter(now, 'verifying');
    const { verified, at, receipt } = await rollback('see that it is gone').verify({ fault, id: now.id });
    now.receipts.push(receipt);
    now.verifiedAt = verified ? at : null;
    const closed = await rollback("close the ledger's record").close({ owner, lab, verifiedAt: now.verifiedAt });
    now.after = closed.after;
    // what was found in the flag daemon's own copy is known only now
    now.overwritten ??= closed.overwritten ?? null;
    if (!indicator || !now.witnessedAt) return;
    const before = now.receipts.find((each) => each.witness === 'indicator' && each.moment === 'before');
    const after = await observing(`read again: ${indicator.title}`)
      .observe({ indicator, moment: 'after', ...(before ? { before } : {}) })
      .catch(() => null);
    if (after) now.receipts.push(after);
  }
}

function over(): ApplicationFailure {
  return ApplicationFailure.nonRetryable('The incident is over; start a new one', 'record-closed');
}
