import { type Logger, pino } from 'pino';
import { logLevel } from './log-level.ts';

/**
 * A process's logger, on its standard output: one JSON document a line. Where a line cannot be written (the disk is full) it is
 * lost, and not the process: that one has faults to withdraw. Throws Problem `bad-usage` where the level is none.
 */
export function openLogger(name: string, descriptor: 1 | 2 = 1): Logger {
  const destination = pino.destination({ dest: descriptor, sync: true });
  destination.on('error', () => undefined);
  return pino({ name, level: logLevel() }, destination);
}
