import { type Level, type Logger, pino } from 'pino';
import { logLevel } from './log-level.ts';

/**
 * A process's logger, on its standard output: one JSON document a line. Where a line cannot be written (the disk is full) it is
 * lost, and not the process: that one has faults to withdraw. Throws Problem `bad-usage` where the level is none.
 */
export function openLogger(name: string, descriptor: 1 | 2 = 1, level: Level = logLevel()): Logger {
  const destination = pino.destination({ dest: descriptor, sync: true });
  destination.on('error', () => undefined);
  return pino({ name, level }, destination);
}

/** The logger of a process that does nothing without one: where the level is none, that is its only line, and it ends. */
export function ownLogger(name: string): Logger {
  try {
    return openLogger(name);
  } catch (error) {
    openLogger(name, 1, 'info').fatal({ err: error }, 'no log can be kept');
    process.exit(1);
  }
}
