import { isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import { Problem } from '../../workflows/problem.ts';

const longestReason = 300;

/** What AWS and the SDK throw where there are no credentials, or none that are good (any more). */
const badCredentials = new Set([
  'AuthFailure',
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidGrantException',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'RequestExpired',
  'SignatureDoesNotMatch',
  'TokenProviderError',
  'UnauthorizedException',
  'UnrecognizedClientException',
]);

/** What it throws where they are good, but do not allow it. */
const denials = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationError',
  'AuthorizationErrorException',
  'NotAuthorized',
  'OptInRequired',
  'UnauthorizedOperation',
]);

type Failed = Parameters<typeof isThrottlingError>[0];

/** Whether AWS answered with one of these error codes. */
export function isAnswer(error: unknown, ...codes: string[]): error is Error {
  return error instanceof Error && codes.includes(error.name);
}

/** Whether AWS answered that what was asked for is not there: each service says so with a code of its own. */
export function isGone(error: unknown): boolean {
  return error instanceof Error && /NotFound|^NoSuch/.test(error.name);
}

/**
 * What a call that failed means to a person: Problem `aws-credentials`, `aws-denied` (with the action, such as
 * `ec2:DescribeVpcs`), or `aws-unreachable`, also where AWS throttled it until the end. Any other error is answered as it is.
 */
export function explained(error: unknown, action: string, renewal: string): unknown {
  if (!isFailed(error) || error instanceof Problem) return error;
  const reason = reasonOf(error);
  const problem = (
    code: 'aws-credentials' | 'aws-denied' | 'aws-unreachable',
    message: string,
    hint: string,
  ): Problem => new Problem(code, message, hint, { cause: error });
  if (badCredentials.has(error.name)) {
    return problem(
      'aws-credentials',
      `There are no AWS credentials, or none that are good any more, for ${action}: ${reason}`,
      renewal,
    );
  }
  if (denials.has(error.name) || isForbidden(error)) {
    const denied = /not authorized to perform: ([\w-]+:\w+)/.exec(error.message)?.[1] ?? action;
    return problem(
      'aws-denied',
      `AWS refuses ${denied}: ${reason}`,
      'docs/aws.md lists the rights that the lab needs.',
    );
  }
  if (isThrottlingError(error)) {
    const { attempts = 1 } = error.$metadata ?? {};
    return problem(
      'aws-unreachable',
      `AWS throttles ${action}, also at attempt ${attempts}: ${reason}`,
      'Something else in this account calls AWS very often. Try again later.',
    );
  }
  if (isTransientError(error) || isServerError(error)) {
    return problem('aws-unreachable', `AWS cannot be reached for ${action}: ${reason}`, reachHint);
  }
  return error;
}

const reachHint = 'See that the region is right, and that this machine reaches AWS over the network.';

function isFailed(error: unknown): error is Failed {
  return error instanceof Error;
}

function isForbidden(error: Failed): boolean {
  return error.$metadata?.httpStatusCode === 403 && !isThrottlingError(error);
}

/** What AWS said, without the long token that EC2 encodes its reasons in. */
function reasonOf(error: Error & { code?: unknown }): string {
  const said = error.message.replace(/\s*Encoded authorization failure message:.*|\.?\s*$/s, '').trim();
  const code = typeof error.code === 'string' ? error.code : error.name;
  return (said || code).slice(0, longestReason);
}
