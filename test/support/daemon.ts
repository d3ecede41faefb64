import { onTestFinished } from 'vitest';
import { startFlagDaemon } from '../../bench/flag-daemon.ts';
import type { Cleanup } from './flags.ts';

/** The flag daemon as a process of its own on `file`, ended with the test. Answers its OFREP address. */
export async function flagDaemon(file: string, cleanup: Cleanup = onTestFinished): Promise<string> {
  const { ofrep, end } = await startFlagDaemon(file);
  cleanup(end);
  return ofrep;
}
