import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/** Where downloaded programs are kept, outside the work tree and shared by all clones. */
export function cacheDirectory(): string {
  const { INCIDENTFOX_CACHE, XDG_CACHE_HOME } = process.env;
  return INCIDENTFOX_CACHE || path.join(XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'incidentfox');
}

/**
 * Fills `directory` through `fill`, which works in a staging directory beside it: whoever looks at `directory` finds
 * it whole or not at all, however many processes fill it at once and wherever one is killed.
 */
export async function fillDirectory(directory: string, fill: (staging: string) => Promise<void>): Promise<void> {
  const parent = path.dirname(directory);
  mkdirSync(parent, { recursive: true });
  removeLeftovers(parent);
  const staging = mkdtempSync(path.join(parent, `.staging-${process.pid}-`));
  try {
    await fill(staging);
    renameSync(staging, directory);
  } catch (error) {
    rmSync(staging, { recursive: true, force: true });
    // another process was first: what it made is as good
    if (!isTaken(error) || !existsSync(directory)) throw error;
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST');
}

/** What a process that was killed in the middle has left. */
function removeLeftovers(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = /^\.staging-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(path.join(parent, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
