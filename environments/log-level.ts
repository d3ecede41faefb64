import { Problem, shown } from '../workflows/problem.ts';

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** The least level that is logged, as INCIDENTFOX_LOG_LEVEL says; by default `info`. Throws Problem `bad-usage`. */
export function logLevel(env: NodeJS.ProcessEnv = process.env): (typeof levels)[number] {
  const wanted = env['INCIDENTFOX_LOG_LEVEL'] || 'info';
  const level = levels.find((each) => each === wanted);
  if (level !== undefined) return level;
  const message = `INCIDENTFOX_LOG_LEVEL is "${shown(wanted)}", which is no level`;
  throw new Problem('bad-usage', message, `Set it to one of ${levels.join(', ')}, or leave it unset for info.`);
}
