import { setTimeout as delay } from 'node:timers/promises';
import type { Json, JsonObject, Receipt } from '../../workflows/contract.ts';
import { within } from '../within.ts';
import type { LedgerRecord } from '../flags/ledger.ts';
import { Problem } from '../../workflows/problem.ts';

/** One flag evaluation over OFREP: what was answered, or the error code it was refused with. */
export interface Evaluation {
  at: string;
  value: Json;
  variant: Json;
  reason: Json;
  /** the id in the fault's marker, if this evaluation shows a fault */
  incident: Json;
  errorCode: Json;
}

/**
 * Evaluates flags where the shop does: asks a flag daemon over OFREP
 * (https://openfeature.dev/specification/appendix-c: POST /ofrep/v1/evaluate/flags/{key}).
 */
export class OfrepWitness {
  readonly #base: string;
  readonly #now: () => number;

  constructor(base: string, now: () => number = Date.now) {
    this.#base = base;
    this.#now = now;
  }

  /** Throws Problem `lab-down` where no daemon answers within 2 s. */
  async evaluate(flag: string, context: JsonObject, signal?: AbortSignal): Promise<Evaluation> {
    const { answer, status } = await this.#ask(`/${encodeURIComponent(flag)}`, context, signal);
    const { value = null, variant = null, reason = null, metadata } = answer;
    const errorCode = answer['errorCode'] ?? (status === 200 ? null : `HTTP ${status}`);
    const incident = (metadata as JsonObject | undefined)?.['incident'] ?? null;
    return { at: this.#at(), value, variant, reason, incident, errorCode };
  }

  /** The faults in force: the incident in each marker, by flag. Throws Problem `lab-down` where no daemon answers within 2 s. */
  async markers(): Promise<Map<string, string>> {
    const { answer } = await this.#ask('', {});
    if (!Array.isArray(answer['flags'])) throw this.#away(answer);
    const flags = answer['flags'] as { key: string; metadata?: JsonObject }[];
    return new Map(
      flags.flatMap(({ key, metadata }) => {
        const incident = metadata?.['incident'];
        return typeof incident === 'string' ? [[key, incident]] : [];
      }),
    );
  }

  async #ask(path: string, context: JsonObject, signal?: AbortSignal): Promise<{ answer: JsonObject; status: number }> {
    try {
      return await within(2_000, signal, async (limit) => {
        const response = await fetch(new URL(`/ofrep/v1/evaluate/flags${path}`, this.#base), {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ context }),
          signal: limit,
        });
        return { answer: (await response.json()) as JsonObject, status: response.status };
      });
    } catch (error) {
      signal?.throwIfAborted();
      throw this.#away(error);
    }
  }

  #away(cause: unknown): Problem {
    const hint = 'Look at it with: npm run lab -- status';
    return new Problem('lab-down', `No flag daemon answers at ${this.#base}`, hint, { cause });
  }

  /**
   * Evaluates until `accept` does or `limit` ms are over; answers the last evaluation and whether it was accepted. A daemon
   * that does not answer for a moment is asked again.
   */
  async until(
    flag: string,
    context: JsonObject,
    accept: (evaluation: Evaluation) => boolean,
    limit: number,
    signal?: AbortSignal,
  ): Promise<{ accepted: boolean; evaluation: Evaluation }> {
    const end = performance.now() + limit;
    for (let pause = 5; ; pause = Math.min(pause * 1.5, 100)) {
      const evaluation = await this.evaluate(flag, context, signal).catch((error: unknown) => {
        if (error instanceof Problem) return noAnswer(this.#at());
        throw error;
      });
      const accepted = evaluation.errorCode !== unanswered && accept(evaluation);
      if (accepted || performance.now() > end) return { accepted, evaluation };
      await delay(pause, undefined, { signal });
    }
  }

  /**
   * Whether the flag is seen, within `limit` ms, without the fault and as well evaluated as before. One that does not answer
   * is not.
   */
  async isWithout({ id, flag, resting }: Pick<LedgerRecord, 'id' | 'flag' | 'resting'>, limit = 0): Promise<boolean> {
    const restored = ({ incident, errorCode }: Evaluation): boolean =>
      incident !== id && (errorCode === null || errorCode === resting?.['errorCode']);
    return (await this.until(flag, {}, restored, limit)).accepted;
  }

  #at(): string {
    return new Date(this.#now()).toISOString();
  }
}

const unanswered = 'NO_ANSWER';

function noAnswer(at: string): Evaluation {
  return { at, value: null, variant: null, reason: null, incident: null, errorCode: unanswered };
}

export function ofrepReceipt(moment: Receipt['moment'], evaluation: Evaluation): Receipt {
  return { witness: 'ofrep', moment, ...evaluation };
}
