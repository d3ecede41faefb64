/** What kinds of failures there are to tell apart, for what people and retries do about them. */
export type FailureKind =
  'credentials' | 'stale' | 'state' | 'throttled' | 'denied' | 'locked' | 'quota' | 'network' | 'other';

/**
 * What each kind is known by, in the words of Terraform, OpenTofu, the AWS provider and AWS. The first that fits counts: one cause
 * may show itself in several ways, as when credentials that expired keep the state's lock from being released.
 */
const signs: [FailureKind, RegExp][] = [
  [
    'credentials',
    /Expired ?Token|RequestExpired|security token included in the request is (expired|invalid)|token has expired|InvalidClientTokenId|InvalidAccessKeyId|UnrecognizedClientException|SignatureDoesNotMatch|AuthFailure\b|no valid credential sources|failed to (refresh cached|retrieve) credentials|session has expired|get credentials:/i,
  ],
  [
    'stale',
    /saved plan (is stale|does not match the given state)|plan file (was created|can ?not be applied|can no longer)|Inconsistent dependency lock file|can't change variable when applying a saved plan|Failed to read plan/i,
  ],
  [
    'state',
    /Unsupported state file format|could not be parsed as JSON|state data in S3 does not have the expected content|does not support state (file )?version|state snapshot was created by/i,
  ],
  [
    'throttled',
    /Throttl|RequestLimitExceeded|Rate exceeded|TooManyRequests|Too Many Requests|rate limit token|retry quota exceeded|SlowDown|PriorRequestNotComplete/i,
  ],
  [
    'denied',
    /AccessDenied|not authorized to perform|UnauthorizedOperation|OptInRequired|explicit deny|StatusCode: 403/i,
  ],
  ['locked', /Lock Info:|Error acquiring the state lock[^]*(PreconditionFailed|ConditionalRequestConflict)/],
  [
    'quota',
    /LimitExceeded|QuotaExceeded|ServiceQuota|cannot exceed quota|maximum number of .{1,60} has been reached|exceeded (your|the) (maximum|quota|limit)|more .{1,40} than your current .{1,40} limit|InsufficientInstanceCapacity/i,
  ],
  [
    'network',
    /no such host|dial tcp|i\/o timeout|connection (refused|reset)|TLS handshake timeout|network is unreachable|request send failed|unexpected EOF|context deadline exceeded|StatusCode: 50[0234]|InternalFailure|ServiceUnavailable|could not connect to registry/i,
  ],
];

export function kindOf(text: string): FailureKind {
  return signs.find(([, sign]) => sign.test(text))?.[0] ?? 'other';
}

/** The most telling one first: the order of the signs. */
export function rankOf(kind: FailureKind): number {
  const rank = signs.findIndex(([name]) => name === kind);
  return rank === -1 ? signs.length : rank;
}
