import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from '../process-ref.ts';
import type { Attempt, Phase } from './attempt.ts';
import { Lines } from './lines.ts';
import type { Run } from './options.ts';
import { RunLog } from './run-log.ts';

/** How often a run is looked at, and how often it is told how long resources take already (ms). */
const lookEvery = 100;
const tellEvery = 5_000;

/**
 * Looks on until a run has ended, whoever started it. `meanwhile` is done at each look. `isOurs`: whether the end of our work is
 * the end of that run; who only waits for another's leaves it alone.
 */
export async function follow(
  attempt: Attempt,
  run: Run,
  meanwhile: () => Promise<void>,
  isOurs: boolean,
): Promise<{ log: RunLog; phase: Phase }> {
  const log = new RunLog();
  const lines = new Lines(attempt.at('output'));
  const teller = new Teller(log, run);
  const take = (line: string): void => log.take(line);
  try {
    for (;;) {
      const phase = await attempt.phase();
      await lines.read(take);
      await meanwhile();
      const isUnderWay = phase === 'starting' || phase === 'running';
      if (!isUnderWay) await lines.close(take);
      teller.tell();
      if (!isUnderWay) return { log, phase };
      await heed(attempt, run, isOurs);
      await pause(run.signal);
    }
  } finally {
    await lines.close(() => undefined);
  }
}

/** The output of a run that has ended, read once more. */
export async function readLog(attempt: Attempt): Promise<RunLog> {
  const log = new RunLog();
  const lines = new Lines(attempt.at('output'));
  await lines.read((line) => log.take(line));
  await lines.close((line) => log.take(line));
  return log;
}

/** Whether nobody asked for the end, only that this worker does not look on any more. */
function isLeaving({ reason }: AbortSignal): boolean {
  const { name, message } = reason as Error;
  return name === 'CancelledFailure' && message !== 'CANCELLED';
}

/** One signal in a run's whole life, whoever follows it: the tool gives up on a second one, and then its state is lost. */
async function heed(attempt: Attempt, { signal, progress }: Run, isOurs: boolean): Promise<void> {
  if (!signal.aborted) return;
  if (!isOurs || isLeaving(signal)) throw signal.reason;
  const ref = attempt.process;
  if (!ref || !(await isAlive(ref)) || !(await attempt.mark('interrupted'))) return;
  try {
    process.kill(ref.pid, 'SIGINT');
  } catch {
    return; // it has just ended
  }
  progress.line(`told ${attempt.record.operation} to end; it ends what it has begun first`);
}

async function pause(signal: AbortSignal): Promise<void> {
  await delay(lookEvery, undefined, signal.aborted ? {} : { signal }).catch(() => undefined);
}

class Teller {
  readonly #log: RunLog;
  readonly #run: Run;
  #known = '';
  #at = 0;

  constructor(log: RunLog, run: Run) {
    this.#log = log;
    this.#run = run;
  }

  tell(): void {
    for (const line of this.#log.news()) this.#run.progress.line(line);
    const now = Date.now();
    const resources = this.#log.progress(now);
    if (!resources) return;
    const known = JSON.stringify([resources.done, resources.busy.map(({ address }) => address)]);
    if (known === this.#known && now < this.#at + tellEvery) return;
    this.#known = known;
    this.#at = now;
    this.#run.progress.show({ resources });
  }
}
