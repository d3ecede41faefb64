import { isDeepStrictEqual } from 'node:util';
import { ApiException } from '@kubernetes/client-node';
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { type Caller, lifecycleMessages, type Report } from '../../workflows/lifecycle-contract.ts';
import { Problem, type ProblemCode } from '../../workflows/problem.ts';
import { messageOf } from '../kubernetes/cluster.ts';
import { retryable } from '../terraform/retryable.ts';

/** How often a change is told to the workflow, and how often the server hears that the activity lives (ms). */
const tellEvery = 500;
const beatEvery = 1_000;
const longestLine = 300;
/** A cluster that is away may come back, and so may AWS. */
const hopeful = new Set<ProblemCode>(['cluster-unreachable', ...retryable]);

/** Shows how far a step is: to the workflow that people look at, and in the heartbeat. */
export interface Progress {
  show(report: Report): void;
  /** a line of a tool's own output */
  line(text: string): void;
}

/**
 * Runs a step of a lab's life cycle. Its Problems become failures that are final, but that of a cluster which may come back;
 * `signal` is aborted when the workflow is cancelled, which then is what becomes of it.
 */
export async function asStep<T>(
  tell: Caller,
  step: string,
  work: (progress: Progress, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { cancellationSignal } = Context.current();
  const telling = new Telling(tell, step);
  try {
    return await work(telling, cancellationSignal);
  } catch (error) {
    if (cancellationSignal.aborted) throw new CancelledFailure(`${step}: cancelled`);
    const failure = failureOf(error);
    telling.show({ detail: failure.message });
    throw failure;
  } finally {
    await telling.end();
  }
}

/** Only what is fit for a history that everybody reads: no stack, no command line, no output, no headers of an answer. */
function failureOf(error: unknown): ApplicationFailure {
  const [line = ''] = (error as Error).message.split('\n');
  const said = error instanceof ApiException ? `The cluster answers: ${messageOf(error)}` : line;
  const failure =
    error instanceof Problem
      ? ApplicationFailure.create({ ...error.failure, nonRetryable: !hopeful.has(error.code) })
      : ApplicationFailure.create({ message: said.slice(0, longestLine), type: 'internal' });
  failure.stack = '';
  return failure;
}

class Telling implements Progress {
  readonly #tell: Caller;
  readonly #context = Context.current();
  readonly #timers: NodeJS.Timeout[];
  #known: Report;
  #news: Report | undefined;
  #telling: Promise<unknown> = Promise.resolve();

  constructor(tell: Caller, step: string) {
    this.#tell = tell;
    // an attempt before this one may have said more
    this.#known = { step, detail: null, workloads: null };
    this.#news = this.#known;
    this.#timers = [
      setInterval(() => this.#send(), tellEvery),
      setInterval(() => this.#context.heartbeat(this.#known), beatEvery),
    ];
    this.#send();
  }

  show(report: Report): void {
    const known = { ...this.#known, ...report };
    if (isDeepStrictEqual(known, this.#known)) return;
    this.#known = known;
    this.#news = { ...this.#news, ...report };
  }

  line(text: string): void {
    this.#news = { ...this.#news, output: [...(this.#news?.output ?? []), text.slice(0, longestLine)] };
  }

  async end(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#send();
    await this.#telling;
  }

  /** In order; a workflow that is gone, or a server that is away, does not keep the work from being done. */
  #send(): void {
    const news = this.#news;
    if (!news) return;
    this.#news = undefined;
    this.#telling = this.#after(this.#telling, news);
  }

  async #after(earlier: Promise<unknown>, news: Report): Promise<void> {
    await earlier;
    const { workflowId, runId } = this.#tell;
    const handle = this.#context.client.workflow.getHandle(workflowId, runId);
    await handle.signal(lifecycleMessages.report, news).catch(() => undefined);
  }
}
