/** Exit codes of the command line; see README, "Exit codes". */
export const exitCodes = { done: 0, failed: 1, usage: 2, refused: 3, unverified: 4 } as const;

/** Every code that an error document can carry, with the exit code of its case. */
export const problemCodes = {
  'bad-usage': exitCodes.usage,
  'bad-input': exitCodes.usage,
  'bad-duration': exitCodes.usage,
  'unknown-scenario': exitCodes.usage,
  'broken-scenario': exitCodes.usage,
  'unknown-variant': exitCodes.usage,
  'no-such-incident': exitCodes.usage,
  'flag-not-found': exitCodes.usage,
  'flags-missing': exitCodes.usage,
  'flags-unreadable': exitCodes.usage,
  'flags-invalid': exitCodes.usage,
  'flags-read-only': exitCodes.usage,
  'ledger-invalid': exitCodes.failed,
  'flag-taken': exitCodes.refused,
  halted: exitCodes.refused,
  'incidents-active': exitCodes.refused,
  'record-closed': exitCodes.refused,
  'lab-down': exitCodes.failed,
  'lab-mismatch': exitCodes.failed,
  'bad-environment': exitCodes.usage,
  'bad-kubeconfig': exitCodes.failed,
  'cluster-unreachable': exitCodes.failed,
  'cluster-denied': exitCodes.failed,
  'no-such-workload': exitCodes.usage,
  'tool-missing': exitCodes.failed,
  'preflight-failed': exitCodes.failed,
  'lifecycle-busy': exitCodes.refused,
  'not-ours': exitCodes.refused,
  'helm-failed': exitCodes.failed,
  'not-ready': exitCodes.failed,
  'left-behind': exitCodes.failed,
  'aws-credentials': exitCodes.failed,
  'aws-denied': exitCodes.failed,
  'aws-unreachable': exitCodes.failed,
  'quota-exceeded': exitCodes.failed,
  'no-such-nodegroup': exitCodes.usage,
  'terraform-failed': exitCodes.failed,
  'terraform-locked': exitCodes.refused,
  'state-missing': exitCodes.failed,
  'state-broken': exitCodes.failed,
  'plan-refused': exitCodes.refused,
  'no-secrets': exitCodes.usage,
  'unknown-secret': exitCodes.usage,
  'secrets-busy': exitCodes.refused,
  'secret-missing': exitCodes.failed,
  'secret-deleted': exitCodes.failed,
  'secret-invalid': exitCodes.failed,
  'secret-not-synced': exitCodes.failed,
  'operator-missing': exitCodes.failed,
  'login-failed': exitCodes.failed,
  'rotation-failed': exitCodes.failed,
  'export-refused': exitCodes.refused,
  'env-refused': exitCodes.refused,
  'bad-codec-keys': exitCodes.failed,
  'start-failed': exitCodes.failed,
  internal: exitCodes.failed,
} as const;

export type ProblemCode = keyof typeof problemCodes;

/** The document that `--json` prints for any error and that a refused workflow fails with. */
export interface ErrorDocument {
  error: { code: ProblemCode; message: string; hint: string };
}

/**
 * An error meant for a person: what was wrong and what was found (`message`), what to do next (`hint`).
 * Anything else that is thrown is a defect of ours.
 */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly hint: string;

  constructor(code: ProblemCode, message: string, hint: string, options?: ErrorOptions) {
    // One line whatever was quoted in it: a parser's excerpt or somebody's input may bring line breaks along.
    super(oneLine(message), options);
    this.name = 'Problem';
    this.code = code;
    this.hint = oneLine(hint);
  }

  get exitCode(): number {
    return problemCodes[this.code];
  }

  /** As the failure that crosses Temporal: the code as type, the error document as details. */
  get failure(): { message: string; type: ProblemCode; details: [ErrorDocument] } {
    return { message: `${this.message}. ${this.hint}`, type: this.code, details: [this.document] };
  }

  get document(): ErrorDocument {
    return { error: { code: this.code, message: this.message, hint: this.hint } };
  }
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

/** Somebody's input, fit for a one-line message: bounded, without control characters. */
export function shown(input: unknown): string {
  const text = typeof input === 'string' ? input : (JSON.stringify(input) ?? String(input));
  const plain = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '');
  return plain.length > 60 ? `${plain.slice(0, 57)}…` : plain;
}
