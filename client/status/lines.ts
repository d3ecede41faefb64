import pc from 'picocolors';
import { isMissing, type Part } from '../../activities/kubernetes/look/look.ts';

/** A part of a lab for people, or why it is unknown. */
export function lines<T>(title: string, part: Part<T>, show: (value: T) => string[]): string[] {
  if (!isMissing(part)) return show(part);
  return [`${title.padEnd(10)} ${pc.yellow('unknown')}: ${part.error.message}. ${part.error.hint}`];
}
