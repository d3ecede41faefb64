import parse from 'parse-duration';
import prettyMs from 'pretty-ms';
import { Problem, shown } from './problem.ts';

export const shortestDuration = 1_000;
export const longestDuration = 24 * 3_600_000;
/** Of a lab that is torn down by itself: 30 days. */
export const longestLifetime = 720 * 3_600_000;

// parse-duration skips what it does not know ("10m of fun", "1h 5parsecs"), so the form is checked first.
const form = /^(\s*\d{1,9}(\.\d{1,3})?\s*(ms|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)\s*)+$/i;

/**
 * Milliseconds of a duration as people write it (`90s`, `10m`, `1h30m`), from 1 s to 24 h unless told otherwise. Throws Problem
 * `bad-duration`.
 */
export function parseDuration(text: unknown, longest = longestDuration): number {
  const ms = typeof text === 'string' && form.test(text) ? parse(text) : null;
  if (ms === null || ms < shortestDuration || ms > longest) {
    throw new Problem(
      'bad-duration',
      `"${shown(text)}" is not a duration that ${longest === longestDuration ? 'an incident' : 'this'} can have`,
      `Write one from 1s to ${longest / 3_600_000}h, such as 90s, 10m or 1h30m.`,
    );
  }
  return Math.round(ms);
}

/** A duration in ms as a person reads it, in whole seconds rounded up: `1h 30m`, `45s`. */
export function formatDuration(ms: number): string {
  return prettyMs(Math.max(0, Math.ceil(ms / 1_000)) * 1_000);
}
