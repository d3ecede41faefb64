import {
  allHandlersFinished,
  type ApplicationFailure,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  executeChild,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import { longestLifetime, parseDuration } from './duration.ts';
import { messageOf, permanent, refusing } from './failures.ts';
import { lifecycleMessages, lifecycleTypes, type Lifetime } from './lifecycle-contract.ts';
import { Problem } from './problem.ts';

export const lifetimeState = defineQuery<Lifetime>(lifecycleMessages.lifetime);
export const extendLifetime = defineUpdate<{ until: string }, [unknown]>(lifecycleMessages.extend);
export const renewLifetime = defineSignal<[{ until: string }]>(lifecycleMessages.renew);
export const overLifetime = defineSignal(lifecycleMessages.over);

/** How long before its end it warns, and after what time a teardown that has failed is tried again (ms). */
const warnBefore = 30 * 60_000;
const [shortestPause, longestPause] = [5 * 60_000, 60 * 60_000];

/**
 * Tears a lab down when its time is over, as by hand, and again until that is done. A teardown by hand ends it (Signal `over`), a later
 * deploy gives it a new end (Signal `renew`), Update `extend` a later one.
 */
export async function lifetime({ environment, until }: { environment: string; until: string }): Promise<Lifetime> {
  const now: Lifetime = { environment, until, phase: 'living', trouble: null };
  setHandler(lifetimeState, () => now);
  setHandler(renewLifetime, (renewed: { until?: unknown } | undefined) => {
    const end = String(renewed?.until);
    if (!Number.isNaN(Date.parse(end))) now.until = end;
  });
  setHandler(overLifetime, () => void (now.phase = 'over'));
  setHandler(
    extendLifetime,
    (by) => {
      now.until = new Date(Math.max(Date.now(), Date.parse(now.until)) + extensionIn(by)).toISOString();
      return { until: now.until };
    },
    {
      validator: (by) => {
        extensionIn(by);
        if (now.phase !== 'living') throw tooLate(now.environment);
      },
    },
  );
  for (let pause = shortestPause; ; pause = Math.min(pause * 2, longestPause)) {
    await untilItsEnd(now);
    if (isOver(now)) return now;
    await tearDown(now);
    if (isOver(now)) return now;
    const seen = now.until;
    await condition(() => isOver(now) || now.until !== seen, pause);
    // as long as something keeps it from being torn down, it tries; a history has its limits
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof lifetime>({ environment, until: now.until });
    }
  }
}

/** Waits for the end, which may be moved meanwhile. */
async function untilItsEnd(now: Lifetime): Promise<void> {
  while (!isOver(now)) {
    const { until } = now;
    const left = Date.parse(until) - Date.now();
    describe(now, left <= warnBefore);
    if (left <= 0) return;
    const next = left > warnBefore ? left - warnBefore : left;
    await condition(() => isOver(now) || now.until !== until, next, { summary: `torn down at ${until}` });
  }
}

async function tearDown(now: Lifetime): Promise<void> {
  now.phase = 'ending';
  describe(now, true);
  try {
    await executeChild(lifecycleTypes.teardown, {
      workflowId: `${lifecycleTypes.teardown}-${now.environment}-${uuid4().slice(0, 6)}`,
      // one that is on its way must not stop half-way because of us
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
    now.phase = 'over';
    now.trouble = null;
  } catch (error) {
    // another deploy or teardown is under way, or something is left: whoever is there knows more
    now.trouble = messageOf(error);
    if (!isOver(now)) now.phase = 'living';
  }
  describe(now, true);
}

function tooLate(environment: string): ApplicationFailure {
  const hint = 'Deploy again, with a time to live of its own.';
  return permanent(new Problem('lifecycle-busy', `${environment} is being torn down`, hint));
}

function isOver(now: Lifetime): boolean {
  return now.phase === 'over';
}

function extensionIn(request: unknown): number {
  const by = typeof request === 'object' && request !== null ? (request as { by?: unknown }).by : request;
  return refusing(() => parseDuration(by, longestLifetime));
}

/** What the Web UI shows as current details. */
function describe({ environment, until, phase, trouble }: Lifetime, isSoon: boolean): void {
  const warning = isSoon && phase === 'living' ? '**It ends soon.** ' : '';
  const lines = [
    `${warning}${environment} is torn down at ${until} (${phase}).`,
    `Later: temporal workflow update execute --workflow-id lifetime-${environment} --name extend --input '"2h"'`,
  ];
  if (trouble !== null) lines.push(`The last try has failed, and another comes: ${trouble}`);
  setCurrentDetails(lines.join('\n\n'));
}
