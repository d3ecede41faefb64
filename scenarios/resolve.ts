import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonObject } from '../workflows/contract.ts';
import { Problem, shown } from '../workflows/problem.ts';
import type { FlagDefinition } from './flag.ts';
import { variantPlaceholder } from './placeholder.ts';
import type { FaultEntry, Scenario } from './schema.ts';

/** A scenario held against the live flags: what will be changed, into what, and how that is seen. */
export interface ResolvedFault {
  scenario: string;
  flag: string;
  variant: string;
  before: FlagDefinition;
  after: FlagDefinition;
  /** evaluation context with which the fault is seen */
  context: JsonObject;
  /** what an evaluation with that context returns while the fault is in force */
  value: Json;
}

const mostListed = 30;

/**
 * The fault that a scenario makes of the live flags. Throws Problem `flag-not-found` when the live document has none of the
 * scenario's flags, `flag-taken` when a fault is in force on it, `unknown-variant` when it lacks the variant or already
 * rests on its value.
 */
export function resolveFault(
  scenario: Scenario,
  flags: Record<string, FlagDefinition>,
  request: { variant?: string | undefined; incident: string },
): ResolvedFault {
  const entry = fittingEntry(scenario, flags);
  const before = entry && flags[entry.flag];
  if (!entry || !before) throw flagNotFound(scenario, flags);
  requireUnmarked(entry.flag, before);

  const variant = request.variant ?? entry.defaultVariant;
  const value = Object.hasOwn(before.variants, variant) ? before.variants[variant] : undefined;
  if (value === undefined) {
    throw unknownVariant(entry, before, `Flag ${entry.flag} has no variant "${shown(variant)}"`);
  }
  if (changesNothing(entry, before, variant)) {
    throw unknownVariant(entry, before, `Variant "${shown(variant)}" of flag ${entry.flag} would change nothing`);
  }
  return {
    scenario: scenario.name,
    flag: entry.flag,
    variant,
    before,
    after: faultOf(entry, before, variant, request.incident),
    context: entry.context ?? {},
    value,
  };
}

/** Whether the live document has a flag of the scenario's. */
export function isAvailable(scenario: Scenario, flags: Record<string, FlagDefinition>): boolean {
  return fittingEntry(scenario, flags) !== undefined;
}

/**
 * The scenario's entry for the demo whose document this is, newest version first; undefined when its flags are not there.
 * The same flag differs between versions in its variants and in whether targeting decides it, so the entry is preferred
 * that agrees with the live flag in both: targeting on a flag whose callers send no context would break nothing.
 */
export function fittingEntry(scenario: Scenario, flags: Record<string, FlagDefinition>): FaultEntry | undefined {
  const present = newestFirst(scenario.flags).filter((entry) => Object.hasOwn(flags, entry.flag));
  const known = present.filter((entry) => Object.hasOwn(flags[entry.flag]?.variants ?? {}, entry.defaultVariant));
  const alike = known.find((entry) => (entry.targeting !== undefined) === hasTargeting(flags[entry.flag]));
  return alike ?? known[0] ?? present[0];
}

/** What a scenario has for each version of the demo. */
export function newestFirst<T>(byVersion: Record<string, T>): T[] {
  return Object.entries(byVersion)
    .toSorted(([a], [b]) => b.localeCompare(a, 'en', { numeric: true }))
    .map(([, value]) => value);
}

function faultOf(entry: FaultEntry, before: FlagDefinition, variant: string, incident: string): FlagDefinition {
  const { targeting: _removed, ...rest } = before;
  const base = entry.targeting ? { ...before, targeting: withVariant(entry.targeting, variant) } : rest;
  const metadata = { ...before.metadata, incident };
  return { ...base, state: 'ENABLED', defaultVariant: variant, metadata } as FlagDefinition;
}

/**
 * Whether an evaluation gives the same before and while the fault is in force. Targeting is not evaluated here: where the
 * scenario has it too, the two rules are compared; where only the live flag has it, doing away with it is the fault.
 */
function changesNothing(entry: FaultEntry, before: FlagDefinition, variant: string): boolean {
  if (before.state === 'DISABLED') return false;
  if (hasTargeting(before)) {
    return entry.targeting !== undefined && isDeepStrictEqual(before.targeting, withVariant(entry.targeting, variant));
  }
  const resting = before.defaultVariant;
  if (!resting || !Object.hasOwn(before.variants, resting)) return false;
  return isDeepStrictEqual(before.variants[resting], before.variants[variant]);
}

function hasTargeting(flag: FlagDefinition | undefined): boolean {
  return Object.keys(flag?.targeting ?? {}).length > 0;
}

function withVariant<T extends Json>(logic: T, variant: string): T {
  const text = JSON.stringify(logic, (_key, value: Json) => (value === variantPlaceholder ? variant : value));
  return JSON.parse(text) as T;
}

function requireUnmarked(flag: string, before: FlagDefinition): void {
  const incident = before.metadata?.['incident'];
  if (incident === undefined) return;
  throw new Problem(
    'flag-taken',
    `Flag ${flag} is taken by incident ${shown(incident)}`,
    'One incident a flag at a time: stop that one, or wait for its end.',
  );
}

function flagNotFound(scenario: Scenario, flags: Record<string, FlagDefinition>): Problem {
  const wanted = [...new Set(Object.values(scenario.flags).map((entry) => entry.flag))].join(' or ');
  return new Problem(
    'flag-not-found',
    `Scenario ${scenario.name} needs flag ${wanted}, which the live flag document does not have`,
    `It has: ${listed(Object.keys(flags))}. Flags differ between versions of the demo.`,
  );
}

function unknownVariant(entry: FaultEntry, before: FlagDefinition, message: string): Problem {
  const breaking = Object.keys(before.variants).filter((variant) => !changesNothing(entry, before, variant));
  return new Problem('unknown-variant', message, `Variants that would break something: ${listed(breaking)}.`);
}

function listed(names: string[]): string {
  if (names.length === 0) return 'none';
  const rest = names.length - mostListed;
  return names.slice(0, mostListed).map(shown).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
