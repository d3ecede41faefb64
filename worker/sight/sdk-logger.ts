import { DefaultLogger, type LogEntry, type LogLevel, type LogMetadata } from '@temporalio/worker';
import type { Logger } from 'pino';

const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/**
 * The SDK's lines, and those of workflows and activities, as lines of the process's log: which workflow, run, activity and attempt
 * are fields. What the SDK says about itself at INFO is for those who look for a fault in it: `debug` here.
 */
export function sdkLogger(parent: Logger): DefaultLogger {
  const log = parent.child({}, { serializers: { err: errorOf } });
  return new DefaultLogger('TRACE', ({ level, message, meta }: LogEntry) => {
    log[levelOf(level, meta)](fieldsOf(meta ?? {}), message);
  });
}

function levelOf(level: LogLevel, meta: LogMetadata | undefined): (typeof levels)[LogLevel] {
  const isOurs = meta?.['sdkComponent'] === 'workflow' || meta?.['sdkComponent'] === 'activity';
  return level === 'INFO' && !isOurs ? 'debug' : levels[level];
}

/** Without the token that an activity could be completed with; one name for the run, whoever tells of it. */
function fieldsOf({ taskToken: _token, workflowRunId, error, ...meta }: LogMetadata): object {
  return {
    ...meta,
    ...(workflowRunId === undefined ? {} : { runId: workflowRunId }),
    ...(error === undefined ? {} : { err: error }),
  };
}

interface ShownError {
  type?: string;
  message: string;
  stack?: string;
  cause?: ShownError;
}

/** What an error says, and not the payloads, commands and responses that it may carry. */
function errorOf(error: unknown): ShownError {
  // one of a workflow is of another realm, and no Error here
  const { name, type, message, stack, cause } = (typeof error === 'object' && error !== null ? error : {}) as {
    [field in keyof ShownError | 'name']?: unknown;
  };
  if (typeof message !== 'string') return { message: String(error) };
  const kind = typeof type === 'string' ? type : name;
  return {
    ...(typeof kind === 'string' ? { type: kind } : {}),
    message,
    ...(typeof stack === 'string' && stack !== '' ? { stack } : {}),
    ...(cause === undefined || cause === null ? {} : { cause: errorOf(cause) }),
  };
}
