import { z } from 'zod';
import type { JsonObject } from '../workflows/contract.ts';
import { parseDuration } from '../workflows/duration.ts';
import { variantPlaceholder } from './placeholder.ts';
import { serviceNames } from './services.ts';
import { type Signal, signals } from './signals.ts';

/** Services of the OpenTelemetry Demo that the embedded shop has no counterpart of. */
const otherServices = [
  'load-generator',
  'valkey-cart',
  'astronomy-db',
  'postgresql',
  'agent',
  'chatbot',
  'mcp',
] as const;

const text = z.string().trim().min(1).max(2_000);
const line = text.max(120).regex(/^[^\r\n]*$/, 'must be one line');
const service = z.enum([...serviceNames, ...otherServices], { error: 'is not a service of the demo' });
const unique = (items: string[]): boolean => new Set(items).size === items.length;
const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), z.json());

const fault = z
  .strictObject({
    flag: line,
    /** names of the variants that break something */
    variants: z.array(line).min(1).refine(unique, 'names a variant twice'),
    defaultVariant: line,
    /** JSON logic that puts the fault in force, for flags that targeting decides */
    targeting: jsonObject
      .refine((logic) => JSON.stringify(logic).includes(`"${variantPlaceholder}"`), {
        error: `must hold "${variantPlaceholder}" where the chosen variant belongs`,
      })
      .optional(),
    /** evaluation context with which the fault is seen */
    context: jsonObject.optional(),
  })
  .refine((entry) => entry.variants.includes(entry.defaultVariant), {
    path: ['defaultVariant'],
    error: 'must be one of the variants',
  });

const faulty = z
  .strictObject({ above: z.number().optional(), below: z.number().optional() })
  .refine(
    (bound) => (bound.above === undefined) !== (bound.below === undefined),
    'must have either "above" or "below"',
  );

const indicator = z.strictObject({
  title: line,
  /** PromQL for the real demo's Prometheus, in the embedded signal's unit: one for all versions, or one a version */
  promql: z.union([text, z.record(z.string(), text)], { error: 'must be a query, or a query for each version' }),
  /** the counterpart in the embedded shop */
  embedded: z.strictObject({
    service: z.enum(serviceNames, { error: 'is not a service of the embedded shop' }),
    signal: z.enum(Object.keys(signals) as [Signal, ...Signal[]]),
    route: z.string().startsWith('/').optional(),
  }),
  /** beyond which bound the indicator tells of the fault */
  faulty,
});

/** A scenario file. Versions are those of the OpenTelemetry Demo. */
export const scenarioSchema = z
  .strictObject({
    name: line.max(60).regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be written in kebab-case'),
    aliases: z.array(line.max(60).regex(/^[A-Za-z0-9-]+$/, 'may have letters, digits and hyphens only')),
    title: line,
    breaks: text,
    /** for those who grade a diagnosis */
    rootCause: text,
    flags: z
      .record(z.string().regex(/^\d+\.\d+\.\d+$/, 'must be a version such as "3.0.0"'), fault)
      .refine((flags) => Object.keys(flags).length > 0, 'must name a flag for at least one version'),
    defaultDuration: z.string().refine(isDuration, 'must be a duration from 1s to 24h, such as 10m'),
    services: z.strictObject({ direct: z.array(service).min(1), dependent: z.array(service) }),
    symptoms: z.array(text).min(1),
    indicator,
    /** what stays after the rollback */
    lingers: text,
  })
  .refine((scenario) => unique([scenario.name, ...scenario.aliases]), {
    path: ['aliases'],
    error: 'repeats a name',
  })
  .refine((scenario) => coversVersions(scenario.indicator.promql, scenario.flags), {
    path: ['indicator', 'promql'],
    error: 'must have a query for each version under "flags" and no other',
  });

export type Scenario = z.infer<typeof scenarioSchema>;
export type FaultEntry = z.infer<typeof fault>;

function isDuration(value: string): boolean {
  try {
    parseDuration(value);
    return true;
  } catch {
    return false;
  }
}

function coversVersions(promql: string | Record<string, string>, flags: Record<string, unknown>): boolean {
  if (typeof promql === 'string') return true;
  return Object.keys(promql).toSorted().join() === Object.keys(flags).toSorted().join();
}
