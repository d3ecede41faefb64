import { type ActivityInterfaceFor, type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import { shown } from './problem.ts';

/**
 * Activities that are each called under a line of their own, which the Web UI shows beside the call: `act('set the
 * flag').inject(…)`. The line is cut to what fits there: names of flags and variants may be as long as people like.
 */
export function summarized<A>(options: ActivityOptions): (summary: string) => ActivityInterfaceFor<A> {
  return (summary) => proxyActivities<A>({ ...options, summary: shown(summary) });
}
