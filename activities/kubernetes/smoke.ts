import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '../../workflows/problem.ts';
import type { OfrepWitness } from '../probes/ofrep.ts';
import type { Progress } from '../lifecycle/step.ts';
import { within } from '../within.ts';

const patience = 60_000;
const answerWithin = 5_000;

/**
 * The shop through its front door and the flag daemon, as a customer and an incident meet them. Each has a minute, as a pod
 * that is ready may still have to find its neighbours. Throws Problem `not-ready`.
 */
export async function smoke(
  frontDoor: string,
  witness: OfrepWitness,
  progress: Progress,
  signal: AbortSignal,
): Promise<number> {
  const status = await insist('the front door', progress, signal, async () => {
    const { ok, status: code } = await within(answerWithin, signal, async (limit) => {
      const answer = await fetch(frontDoor, { signal: limit });
      await answer.body?.cancel();
      return answer;
    });
    if (!ok) throw new Error(`it answers ${code}`);
    return code;
  });
  await insist('the flag daemon', progress, signal, () => witness.markers());
  return status;
}

async function insist<T>(what: string, progress: Progress, signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
  const end = performance.now() + patience;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      signal.throwIfAborted();
      const { message, cause } = error as Error;
      const reason = cause instanceof Error ? `${message}: ${cause.message}` : message;
      if (performance.now() > end) {
        const hint = 'Every workload is ready all the same; look at its log, then deploy again.';
        throw new Problem('not-ready', `Within a minute ${what} did not answer: ${reason}`, hint, { cause: error });
      }
      progress.show({ detail: `${what}: ${reason}` });
      await delay(500, undefined, { signal });
    }
  }
}
