import { setTimeout as delay } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { lifecycleMessages, type Progress } from '../../workflows/lifecycle-contract.ts';
import { problemOf } from '../failures.ts';
import { note } from '../output.ts';
import { startSpinner } from '../spinner.ts';
import { askFor } from './approval.ts';

/**
 * Shows each step, what it waits for, and the tools' own output as it comes, until the end; a plan that waits for its approval is
 * asked about.
 */
export async function follow<Result>(handle: WorkflowHandle, json: boolean): Promise<Result> {
  const spinner = await startSpinner('starting');
  const ended = handle.result();
  const over = ended.then(
    () => true,
    () => true,
  );
  // whoever is still asked about a plan need not answer any more
  const gone = new AbortController();
  void over.then(() => gone.abort());
  let seen = 0;
  let asked: string | undefined;
  const look = async (): Promise<void> => {
    // as long as for an incident's state: a worker that was killed does not answer
    const now = await handle.client.withDeadline(Date.now() + 1_000, () =>
      handle.query<Progress>(lifecycleMessages.progress),
    );
    const news = Math.min(now.lines - seen, now.output.length);
    for (const line of news > 0 ? now.output.slice(-news) : []) note(`  ${line}`);
    seen = now.lines;
    spinner.show(describe(now));
    if (!now.plan || asked === now.plan.hash) return;
    spinner.stop();
    await askFor(handle, now.plan, now.environment ?? '', { json, signal: gone.signal });
    asked = now.plan.hash;
  };
  try {
    while (!(await Promise.race([over, delay(200, false)]))) await look().catch(() => undefined);
    await look().catch(() => undefined);
    return (await ended) as Result;
  } catch (error) {
    throw problemOf(error) ?? error;
  } finally {
    spinner.stop();
  }
}

/** One line on where it is. */
function describe({ step, detail, workloads, resources }: Progress): string {
  if (resources) {
    const [slowest] = resources.busy;
    const slow = slowest ? `; ${slowest.address} since ${slowest.seconds} s` : '';
    return `${step}: ${resources.done} of ${resources.of} resources${slow}`;
  }
  if (!workloads) return detail === null ? step : `${step}: ${detail}`;
  const { ready, of, waiting } = workloads;
  const [first] = waiting;
  const reason = first ? `; ${first.name}: ${first.reason ?? 'nothing tells why'}` : '';
  return `${step}: ${ready} of ${of}${reason}`;
}
