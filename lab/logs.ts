import { mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { Problem } from '../workflows/problem.ts';
import { logFile, type Part } from './paths.ts';

/** Opens a part's log to append to. Throws Problem `start-failed` where the lab's directory cannot be written. */
export function openLog(part: Part): number {
  try {
    mkdirSync(path.dirname(logFile(part)), { recursive: true });
    return openSync(logFile(part), 'a', 0o600);
  } catch (error) {
    throw new Problem(
      'start-failed',
      `The lab's directory cannot be written: ${(error as Error).message}`,
      'Make it writable, or name another with INCIDENTFOX_LAB.',
      { cause: error },
    );
  }
}
