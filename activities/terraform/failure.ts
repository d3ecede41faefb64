import { stripVTControlCharacters } from 'node:util';
import { Problem, type ProblemCode } from '../../workflows/problem.ts';
import type { Diagnostic } from './events.ts';
import { type FailureKind, kindOf, rankOf } from './kind.ts';
import { lockIn } from './lock.ts';
import { redacted } from './redacted.ts';
import { retryable } from './retryable.ts';

const again = 'Then run it again: a new plan goes on from what the state has.';

const answers: Record<FailureKind, { code: ProblemCode; hint: string }> = {
  credentials: {
    code: 'aws-credentials',
    hint: `Get new credentials for the same account, e.g. aws sso login. ${again}`,
  },
  stale: {
    code: 'plan-refused',
    hint: 'Make a new plan and approve that: things are not any more as they were when this one was made.',
  },
  state: {
    code: 'state-broken',
    hint: 'Put a whole state in its place: an older version of the object in S3, or terraform.tfstate.backup.',
  },
  throttled: {
    code: 'aws-unreachable',
    hint: 'AWS asks to be asked less often; wait some minutes, then run it again.',
  },
  denied: {
    code: 'aws-denied',
    hint: `Let who runs it do what it names, or look for a policy that forbids it. ${again}`,
  },
  locked: { code: 'terraform-locked', hint: 'Wait until that is over, then run it again.' },
  quota: {
    code: 'quota-exceeded',
    hint: `Ask for more in the console, Service Quotas, or choose less: smaller nodes, one NAT gateway. ${again}`,
  },
  network: { code: 'aws-unreachable', hint: 'See that this machine reaches AWS and the registry, then run it again.' },
  other: { code: 'terraform-failed', hint: `Mend what it names. ${again}` },
};

/** Errors as a Problem: the kind of the most telling one, in its own words but for what must not be kept. */
export function failureOf(what: string, errors: Diagnostic[], hasBegun = false): Problem {
  const kinds = errors.map((error) => ({ error, kind: kindOf(`${error.summary}\n${error.detail}`) }));
  const [worst] = kinds.toSorted((one, other) => rankOf(one.kind) - rankOf(other.kind));
  if (!worst) return new Problem('terraform-failed', `${what} failed and did not say why`, answers.other.hint);
  const { code, hint } = answers[worst.kind];
  const lock = worst.kind === 'locked' ? lockIn(worst.error.detail) : undefined;
  if (lock) return lockedBy(lock);
  const message = `${what}: ${wordsOf(worst.error)}`;
  // its plan is used up: the same cannot just be tried again, but a new one goes on
  if (hasBegun && retryable.has(code)) return new Problem('plan-refused', `${message}, in the middle`, again);
  return new Problem(code, message, hint);
}

/** What a command that does not print JSON wrote on stderr, as an error. */
export function errorIn(stderr: string): Diagnostic {
  const text = stripVTControlCharacters(stderr).replaceAll(/[╷│╵]/g, '').trim();
  const [summary = '', ...detail] = text.replace(/^Error: /, '').split('\n');
  return { severity: 'error', summary, detail: detail.join('\n').trim() };
}

export function lockedBy({ who, created, operation, id }: NonNullable<ReturnType<typeof lockIn>>): Problem {
  return new Problem(
    'terraform-locked',
    `The state is locked by ${who} since ${created.toISOString()} (${operation})`,
    `Wait until that is over. If it is gone for good: terraform force-unlock ${id}, in the configuration's directory.`,
  );
}

/** A command of a provisioner, and what it printed, is nobody's business. */
function wordsOf({ summary, detail, address }: Diagnostic): string {
  const isProvisioner = /provisioner/.test(summary);
  const words = redacted(isProvisioner || detail === '' ? summary : `${summary}: ${detail}`);
  return address === undefined ? words : `${words} (${address})`;
}
