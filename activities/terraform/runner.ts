import { rename } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../workflows/problem.ts';
import { type Attempt, attemptsIn, claimNext } from './attempt.ts';
import type { Diagnostic } from './events.ts';
import { errorIn, failureOf } from './failure.ts';
import { follow } from './follow.ts';
import { launch } from './launch.ts';
import { leaverOf, lockIn, type LockInfo, whoWeAre } from './lock.ts';
import type { Operation, Run } from './options.ts';
import type { Places } from './places.ts';
import type { RunLog } from './run-log.ts';
import { type Shell, ToolError } from './shell.ts';
import type { State } from './state.ts';

/** What is wanted of the tool. */
export interface Work {
  operation: Operation;
  /** the same for the same work */
  request: string;
  /** what comes before it, while nothing else runs; answers the arguments */
  prepare(attempt: Attempt, attempts: Attempt[]): Promise<string[]>;
}

export interface Outcome {
  attempt: Attempt;
  log: RunLog;
}

/**
 * Runs the tool, one at a time in a directory, whichever worker started it: a run that is under way is looked after to its end,
 * and its result taken if it does what is wanted.
 */
export class Runner {
  readonly #places: Places;
  readonly #shell: Shell;
  readonly #state: State;

  constructor(places: Places, shell: Shell, state: State) {
    this.#places = places;
    this.#shell = shell;
    this.#state = state;
  }

  async run(work: Work, run: Run): Promise<Outcome> {
    await this.#places.make();
    for (;;) {
      run.signal.throwIfAborted();
      const attempts = await attemptsIn(this.#places);
      const [newest] = attempts;
      const phase = await newest?.phase();
      const isUnderWay = phase === 'starting' || phase === 'running';
      const attempt =
        newest && (isUnderWay || (phase === 'over' && isResultOf(newest, work)))
          ? newest
          : await this.#start(newest, work, run, attempts);
      const outcome = attempt && (await this.#lookAfter(attempt, work, run));
      if (outcome) return outcome;
      const isNew = attempt && attempt !== newest;
      if (isNew && (await attempt.phase()) === 'void') throw new Error(`${work.operation} could not be started`);
    }
  }

  /** Undefined where somebody else was first. */
  async #start(newest: Attempt | undefined, work: Work, run: Run, attempts: Attempt[]): Promise<Attempt | undefined> {
    const { operation, request } = work;
    const attempt = await claimNext(this.#places, newest, { operation, request, who: whoWeAre() });
    if (!attempt) return undefined;
    try {
      const { file } = await this.#shell.tool();
      const args = await this.#unlocking(attempts, run, () => work.prepare(attempt, attempts));
      run.signal.throwIfAborted();
      await launch(attempt, file, args, this.#shell.options);
      return attempt;
    } catch (error) {
      await attempt.giveUp();
      throw error;
    }
  }

  /** Undefined where it did not do what is wanted, so that this is still to be done. */
  async #lookAfter(attempt: Attempt, work: Work, run: Run): Promise<Outcome | undefined> {
    const isIt = isSame(attempt, work);
    if (!isIt) run.progress.show({ detail: `waits for the ${attempt.record.operation} of ${attempt.record.begun}` });
    const { log, phase } = await follow(attempt, run, this.#state.keeper, isIt);
    if (!isIt) run.progress.show({ detail: null });
    if (!isIt || phase === 'void') return undefined;
    await attempt.mark('taken');
    await this.#keepErrored();
    if (work.operation === 'apply') await this.#state.rememberNow().catch(() => undefined);
    if (phase === 'over' && attempt.exitCode === 0) return { attempt, log };
    run.signal.throwIfAborted();
    const lock = lockOf(log.errors);
    if (lock && (await this.#release(lock, run))) return undefined;
    if (await attempt.wasKilled()) throw killed(work.operation);
    if (attempt.has('interrupted')) throw interrupted(work.operation);
    throw failureOf(work.operation, log.errors.length > 0 ? log.errors : [errorIn(log.rest.join('\n'))], log.hasBegun);
  }

  /** Does a quick command, once more where a lock of ours was in its way. */
  async #unlocking<T>(attempts: Attempt[], run: Run, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      const lock = lockOf([error.diagnostic]);
      if (!lock || !(await this.#release(lock, run))) throw failureOf('state', [error.diagnostic]);
      return await this.#unlocking(attempts, run, work);
    }
  }

  /** Only a lock that one of our own runs has left. */
  async #release(lock: LockInfo, { progress }: Run): Promise<boolean> {
    const leaver = await leaverOf(lock, await attemptsIn(this.#places));
    if (!leaver) return false;
    await this.#shell.ask(['force-unlock', '-force', lock.id]);
    progress.line(`released the lock that the ${leaver.record.operation} of ${leaver.record.begun} has left`);
    return true;
  }

  /** The tool leaves it where it runs, which may be made anew. */
  async #keepErrored(): Promise<void> {
    const left = path.join(this.#places.work, 'errored.tfstate');
    await rename(left, this.#places.errored).catch(() => undefined);
  }
}

function isSame({ record }: Attempt, { operation, request }: Work): boolean {
  return record.operation === operation && record.request === request;
}

/** Of a run that nobody looks after any more: an applied plan stays applied, and a failure is told once. */
function isResultOf(attempt: Attempt, work: Work): boolean {
  return isSame(attempt, work) && work.operation === 'apply' && (!attempt.has('taken') || attempt.exitCode === 0);
}

function lockOf(errors: Diagnostic[]): LockInfo | undefined {
  return errors
    .filter(({ summary }) => /acquiring the state lock/.test(summary))
    .map(({ detail }) => lockIn(detail))
    .find((lock) => lock !== undefined);
}

const again = 'Run it again: a new plan goes on from what the state has.';

function killed(operation: string): Problem {
  return new Problem('terraform-failed', `${operation} was killed`, again);
}

function interrupted(operation: string): Problem {
  return new Problem('terraform-failed', `${operation} was told to end before it was through`, again);
}
