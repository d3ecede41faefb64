import { distance } from 'fastest-levenshtein';
import type { Scenario } from './schema.ts';

const mostOffered = 3;
// At half of the letters changed a name is still recognised for what was meant.
const farthest = 0.5;

/** Names of the scenarios (or what else has a name) whose name or alias is most like the given one, nearest first; none when all are far from it. */
export function nearestNames(scenarios: readonly Pick<Scenario, 'name' | 'aliases'>[], given: string): string[] {
  const wanted = given.slice(0, 100).toLowerCase();
  return scenarios
    .map(({ name, aliases }) => {
      const distances = [name, ...aliases].map((known) => remoteness(known.toLowerCase(), wanted));
      return { name, distance: Math.min(...distances) };
    })
    .filter((near) => near.distance <= farthest)
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, mostOffered)
    .map(({ name }) => name);
}

/** 0 for the same name, 1 for one without a letter in common; a part of a name counts as near. */
function remoteness(known: string, wanted: string): number {
  const edits = distance(known, wanted) / Math.max(known.length, wanted.length, 1);
  return wanted.length >= 3 && known.includes(wanted) ? edits / 2 : edits;
}
