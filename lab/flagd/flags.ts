import { createHash } from 'node:crypto';
import { FlagdCore } from '@openfeature/flagd-core';
import type { EvaluationContext, Logger } from '@openfeature/core';

/** One answer of the OpenFeature Remote Evaluation Protocol. */
export interface Answer {
  status: 200 | 400 | 404;
  body: Record<string, unknown>;
}

const errorDetails: Record<string, (key: string) => string> = {
  FLAG_NOT_FOUND: (key) => `flag \`${key}\` does not exist`,
  PARSE_ERROR: (key) => `error parsing the flag \`${key}\``,
  GENERAL: () => 'error processing the flag for evaluation',
};

/** The flags of one flagd document, evaluated as flagd 0.16 answers over OFREP. */
export class Flags {
  readonly #core: FlagdCore;

  /** `text` is the whole document; throws an Error that says what is wrong with it. */
  constructor(text: string, logger: Logger) {
    requireFlags(text);
    this.#core = new FlagdCore(undefined, logger);
    try {
      this.#core.setConfigurations(text);
    } catch (error) {
      const { message, cause } = error as Error;
      throw new Error(cause instanceof Error ? `${message}: ${cause.message}` : message, { cause: error });
    }
  }

  evaluate(key: string, context: EvaluationContext): Answer {
    const flag = this.#core.getFlag(key);
    if (!flag) return failure(key, 'FLAG_NOT_FOUND', this.#core.getFlagSetMetadata());
    // a disabled flag and one without a default variant leave the value to the caller's own default
    if (flag.state === 'DISABLED') return { status: 200, body: { key, reason: 'DISABLED', metadata: flag.metadata } };
    const { value, variant, reason, errorCode } = flag.evaluate(context);
    if (errorCode) return failure(key, errorCode, flag.metadata);
    return { status: 200, body: { value, key, reason, variant, metadata: flag.metadata } };
  }

  /** Every flag in one JSON text, and its entity tag. */
  evaluateAll(context: EvaluationContext): { json: string; etag: string } {
    const flags = [...this.#core.getFlags().keys()].map((key) => this.evaluate(key, context).body);
    const json = JSON.stringify({ flags, metadata: this.#core.getFlagSetMetadata() });
    return { json, etag: `"${createHash('sha1').update(json).digest('hex')}"` };
  }
}

function failure(key: string, errorCode: string, metadata: unknown): Answer {
  const details = (errorDetails[errorCode] ?? errorDetails['GENERAL'])?.(key);
  return {
    status: errorCode === 'FLAG_NOT_FOUND' ? 404 : 400,
    body: { key, errorCode, errorDetails: details, metadata },
  };
}

// flagd-core takes a document without flags for one with none, which would switch every fault off unseen
function requireFlags(text: string): void {
  if (text.trim() === '') throw new Error('the document is empty');
  const document: unknown = JSON.parse(text);
  const flags: unknown = document instanceof Object && 'flags' in document ? document.flags : undefined;
  if (!(flags instanceof Object) || Array.isArray(flags)) throw new Error('the document has no object "flags"');
}
