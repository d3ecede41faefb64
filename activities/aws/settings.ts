import { defaultProvider } from '@aws-sdk/credential-provider-node';
import type { HandlerExecutionContext, InitializeMiddleware, Pluggable } from '@smithy/types';
import { explained } from './errors.ts';

// The SDK tells every process on Node 20 that it will want a newer one in 2027; kubectl would show that at each call. The
// versions in package.json are those that run here.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

/** Which account and place: `profile` of ~/.aws/config; null: AWS_PROFILE, or whatever else the SDK's chain finds. */
export interface AwsPlace {
  region: string;
  profile: string | null;
}

/** How often a call is tried before it has failed (AWS_MAX_ATTEMPTS goes first), and how long each time (ms). */
export interface Patience {
  attempts: number;
  connectionTimeout: number;
  requestTimeout: number;
}

/** For work that should not fail: throttled calls wait longer each time, 30 seconds in all, on average. */
const patient: Patience = { attempts: 8, connectionTimeout: 5_000, requestTimeout: 20_000 };
/** For a person who waits for an answer, and can ask again. */
export const brief: Patience = { attempts: 2, connectionTimeout: 2_000, requestTimeout: 5_000 };

/** The SDK has no more to say than what its errors do; to a person at kubectl it would say it at each call. */
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

function nothing(): void {}

/** The configuration that every client of AWS has here. */
export function awsSettings({ region, profile }: AwsPlace, { attempts, ...timeouts }: Patience = patient) {
  return {
    region,
    ...(profile === null ? {} : { profile }),
    // a worker lives longer than credentials do: what was renewed in ~/.aws meanwhile counts
    credentials: defaultProvider({ ...(profile === null ? {} : { profile }), logger: silent, ignoreCache: true }),
    logger: silent,
    retryMode: 'adaptive',
    // the SDK's own variable goes first
    ...(process.env['AWS_MAX_ATTEMPTS'] ? {} : { maxAttempts: attempts }),
    requestHandler: { ...timeouts, throwOnRequestTimeout: true },
  };
}

/** What renews credentials of that profile. */
export function renewalOf(profile: string | null): string {
  const login = `aws sso login${profile === null ? '' : ` --profile ${profile}`}`;
  return `Renew them, with: ${login} — or set AWS_PROFILE, or AWS_ACCESS_KEY_ID with its secret (and session token).`;
}

/** A client's errors become Problems in this one place, after all retries; see explained. */
export function explaining<Input extends object, Output extends object>({
  profile,
}: AwsPlace): Pluggable<Input, Output> {
  const middleware: InitializeMiddleware<Input, Output> = (next, context) => async (request) => {
    try {
      return await next(request);
    } catch (error) {
      throw explained(error, actionOf(context), renewalOf(profile));
    }
  };
  return {
    applyToStack: (stack) => stack.add(middleware, { name: 'explaining', step: 'initialize', priority: 'high' }),
  };
}

/** As policies name it: `ec2:DescribeVpcs`. */
function actionOf({ clientName = '', commandName = '' }: HandlerExecutionContext): string {
  const service = clientName.replace(/Client$/, '').toLowerCase();
  return `${prefixes[service] ?? service}:${commandName.replace(/Command$/, '')}`;
}

/** Where policies call a service differently from its client. */
const prefixes: Record<string, string> = {
  elasticloadbalancingv2: 'elasticloadbalancing',
  cloudwatchlogs: 'logs',
};
