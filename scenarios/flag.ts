import { z } from 'zod';
import type { Json, JsonObject } from '../workflows/contract.ts';

/** One flag as flagd reads it; keys that flagd does not know (`description`, …) are kept as they are. */
export type FlagDefinition = JsonObject & {
  state: 'ENABLED' | 'DISABLED';
  variants: Record<string, Json>;
  /** null or absent: without a targeting match the caller's own default counts */
  defaultVariant?: string | null;
  /** JSON logic that picks a variant by the evaluation context */
  targeting?: JsonObject;
  /** returned with every evaluation */
  metadata?: Record<string, string | number | boolean>;
};

const jsonObject = z.record(z.string(), z.json());
const variantValue = z.union([z.boolean(), z.number(), z.string(), jsonObject], {
  error: 'must be a boolean, a number, a string or an object',
});

// The rules of https://flagd.dev/schema/v0/flags.json; flags without variants cannot be broken, so those are refused too.
const rules = z.looseObject({
  state: z.enum(['ENABLED', 'DISABLED']),
  variants: z
    .record(z.string().min(1), variantValue)
    .refine((variants) => Object.keys(variants).length > 0, 'has no variants')
    .refine((variants) => new Set(Object.values(variants).map((value) => typeof value)).size <= 1, {
      error: 'variants are not all of one type',
    }),
  defaultVariant: z.string().nullish(),
  targeting: jsonObject.optional(),
  metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});

/** Checks one flag and returns the very object it was given, so that no key changes its place. */
export const flagDefinition = z.custom<FlagDefinition>().check((check) => {
  const result = rules.safeParse(check.value);
  for (const issue of result.error?.issues ?? []) {
    check.issues.push({ code: 'custom', path: [...issue.path], message: issue.message, input: check.value });
  }
});

/** A whole flagd document: `{"flags": {…}}`; `$schema`, `$evaluators`, `metadata` and whatever else pass through. */
export const flagdDocument = z.looseObject({ flags: z.record(z.string().min(1), flagDefinition) });
