import { hostname, userInfo } from 'node:os';
import type { Attempt } from './attempt.ts';
import { readLog } from './follow.ts';

/** What the holder of a state's lock wrote into it. */
export interface LockInfo {
  id: string;
  operation: string;
  who: string;
  created: Date;
}

/** A process that died without a word may have taken a lock for so long (ms) after its last one. */
const afterLastWord = 5_000;

/** This user on this machine, as Terraform writes it. */
export function whoWeAre(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return `@${hostname()}`;
  }
}

/** The lock that an error shows. */
export function lockIn(text: string): LockInfo | undefined {
  const field = (name: string): string | undefined => new RegExp(`^\\s*${name}:[ \\t]*(\\S.*)$`, 'm').exec(text)?.[1];
  const [id, operation, who] = [field('ID'), field('Operation'), field('Who')];
  const [, day, time] = /^(\S+) (\d\d:\d\d:\d\d(?:\.\d{1,3})?)/.exec(field('Created') ?? '') ?? [];
  const created = new Date(`${day}T${time}Z`);
  if (id === undefined || Number.isNaN(created.getTime())) return undefined;
  return { id, operation: operation ?? 'unknown', who: who ?? 'somebody', created };
}

/**
 * Which of our runs left a lock behind; undefined where that is not proven. A run that was killed, or says that it could not release
 * it, is its holder if the lock was taken by this user on this machine, for the same operation, while it ran: nobody else could
 * have had the lock in that time.
 */
export async function leaverOf(lock: LockInfo, attempts: Attempt[]): Promise<Attempt | undefined> {
  for (const attempt of attempts) {
    const { operation, who, begun } = attempt.record;
    const created = lock.created.getTime();
    const until = attempt.ended + (attempt.exitCode === undefined ? afterLastWord : 0);
    const isItsTime = created >= Date.parse(begun) && created <= until;
    const isItsWork = lock.operation.toLowerCase() === `operationtype${operation}`;
    if (isItsTime && isItsWork && lock.who === who && (await mayHaveLeft(attempt))) return attempt;
  }
  return undefined;
}

async function mayHaveLeft(attempt: Attempt): Promise<boolean> {
  if (await attempt.wasKilled()) return true;
  if ((await attempt.phase()) !== 'over') return false;
  return (await readLog(attempt)).errors.some(({ summary }) => /releasing the state lock/.test(summary));
}
