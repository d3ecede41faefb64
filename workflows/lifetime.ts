import {
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  executeChild,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  uuid4,
} from '@temporalio/workflow';
import { longestLifetime, parseDuration } from './duration.ts';
import { messageOf, refusing } from './failures.ts';
import { lifecycleMessages, lifecycleTypes, type Lifetime } from './lifecycle-contract.ts';

export const lifetimeState = defineQuery<Lifetime>(lifecycleMessages.lifetime);
export const extendLifetime = defineUpdate<{ until: string }, [unknown]>(lifecycleMessages.extend);
export const renewLifetime = defineSignal<[{ until: string }]>(lifecycleMessages.renew);
export const overLifetime = defineSignal(lifecycleMessages.over);

/** How long before its end it warns, and after what time a teardown that has failed is tried again (ms). */
const [warnBefore, tryAgainAfter] = [30 * 60_000, 5 * 60_000];

/**
 * Tears a lab down when its time is over, as by hand, and again until that is done. A teardown by hand ends it (Signal `over`), a later
 * deploy gives it a new end (Signal `renew`), Update `extend` a later one.
 */
export async function lifetime({ environment, until }: { environment: string; until: string }): Promise<Lifetime> {
  const now: Lifetime = { environment, until, phase: 'living', trouble: null };
  setHandler(lifetimeState, () => now);
  setHandler(renewLifetime, (renewed) => void (now.until = renewed.until));
  setHandler(overLifetime, () => void (now.phase = 'over'));
  setHandler(
    extendLifetime,
    (by) => {
      now.until = new Date(Math.max(Date.now(), Date.parse(now.until)) + extensionIn(by)).toISOString();
      return { until: now.until };
    },
    { validator: (by) => void extensionIn(by) },
  );
  for (;;) {
    await untilItsEnd(now);
    if (isOver(now)) return now;
    await tearDown(now);
    if (isOver(now)) return now;
    const seen = now.until;
    await condition(() => isOver(now) || now.until !== seen, tryAgainAfter);
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
