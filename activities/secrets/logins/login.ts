import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '../../../workflows/problem.ts';

/** Who logs in, and by what. */
export interface Credentials {
  user: string;
  password: string;
}

/** What a place where people log in says of it. */
export type Verdict = 'good' | 'refused' | { away: string };

const pause = 500;

/** Asks until somebody answers, for `patience` (ms) at most: a pod that is being replaced is back in a while. Throws Problem `login-failed`. */
export async function answered(
  place: string,
  ask: () => Promise<Verdict>,
  patience: number,
  signal: AbortSignal,
): Promise<'good' | 'refused'> {
  const end = performance.now() + patience;
  for (;;) {
    const verdict = await ask();
    if (typeof verdict === 'string') return verdict;
    if (performance.now() > end) {
      const hint = 'See that it runs: npm run status.';
      throw new Problem('login-failed', `Nobody answers at ${place}: ${verdict.away}`, hint);
    }
    await delay(pause, undefined, { signal });
  }
}
