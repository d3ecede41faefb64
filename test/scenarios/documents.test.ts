import { FlagdCore, MemoryStorage } from '@openfeature/flagd-core';
import { DefaultLogger } from '@openfeature/core';
import { describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../scenarios/catalogue.ts';
import type { FlagDefinition } from '../../scenarios/flag.ts';
import { resolveFault } from '../../scenarios/resolve.ts';
import type { JsonObject } from '../../workflows/contract.ts';
import { type DemoVersion, flagDocumentText, flagsOf } from './fixtures.ts';

const { scenarios } = loadCatalogue();
const versions: DemoVersion[] = ['3.0.0', '2.2.0'];

/** What flagd answers for a flag of that definition. */
function evaluate(flag: string, definition: FlagDefinition, context: JsonObject) {
  const logger = new DefaultLogger();
  const core = new FlagdCore(new MemoryStorage(logger), logger);
  core.setConfigurations(JSON.stringify({ flags: { [flag]: definition } }));
  return core.getFlag(flag)?.evaluate(context);
}

describe.each(versions)('the flag document of %s', (version) => {
  const flags = flagsOf(version);
  const faults = scenarios
    .filter((scenario) => version === '3.0.0' || version in scenario.flags)
    .flatMap((scenario) => {
      const entry = scenario.flags[version] ?? scenario.flags['2.2.0'];
      return (entry?.variants ?? []).map((variant) => ({ scenario, entry, variant, name: scenario.name }));
    });

  it('is formatted, and valid for flagd', () => {
    const text = flagDocumentText(version);
    const logger = new DefaultLogger();
    expect(() => new FlagdCore(new MemoryStorage(logger), logger).setConfigurations(text)).not.toThrow();
    expect(text.endsWith('}\n')).toBe(true);
    expect(text.startsWith('{\n  "$schema": "https://flagd.dev/schema/v0/flags.json",\n  "flags": {\n')).toBe(true);
  });

  it.each(Object.entries(flags))('describes %s, which rests on a variant of its own', (_name, flag) => {
    expect(flag).toMatchObject({ state: 'ENABLED', description: expect.stringMatching(/\w/) });
    expect(Object.keys(flag.variants)).toContain(flag.defaultVariant);
  });

  it.each(faults)('$name $variant is seen while in force, and not before', ({ scenario, entry, variant }) => {
    const { flag, before, after, context, value } = resolveFault(scenario, flags, { variant, incident: 'incident-x' });
    expect(flag).toBe(entry?.flag);
    expect(evaluate(flag, before, context)?.value).not.toEqual(value);
    expect(evaluate(flag, before, context)?.flagMetadata).not.toHaveProperty('incident');
    expect(evaluate(flag, after, context)).toMatchObject({ value, variant, flagMetadata: { incident: 'incident-x' } });
  });

  it.each(scenarios.filter((scenario) => version in scenario.flags))(
    'has the variants that $name names, and no other that breaks something',
    (scenario) => {
      const entry = scenario.flags[version];
      const live = flags[entry?.flag ?? ''];
      const breaking = Object.keys(live?.variants ?? {}).filter((variant) => variant !== live?.defaultVariant);
      expect(entry?.variants.toSorted()).toEqual(breaking.toSorted());
    },
  );
});

describe('on the real demo', () => {
  // the embedded shop has kept these
  const gone = new Set(['llmInaccurateResponse', 'llmRateLimitError', 'loadGeneratorFloodHomepage']);
  const real = {
    '2.2.0': flagsOf('2.2.0'),
    '3.0.0': Object.fromEntries(Object.entries(flagsOf('3.0.0')).filter(([flag]) => !gone.has(flag))),
  };
  const cases = versions.flatMap((version) =>
    scenarios.map((scenario) => ({ version, name: scenario.name, scenario })),
  );
  const [works, refused] = [true, false].map((has) =>
    cases.filter((each) => each.version in each.scenario.flags === has),
  );

  it.each(works ?? [])('$version: $name is a flag that is there', ({ version, scenario }) => {
    const { flag } = resolveFault(scenario, real[version], { incident: 'incident-x' });
    expect(flag).toBe(scenario.flags[version]?.flag);
  });

  it.each(refused ?? [])('$version: $name is refused, with the flags that are there', ({ version, scenario }) => {
    const resolve = () => resolveFault(scenario, real[version], { incident: 'incident-x' });
    const [, entry] = Object.entries(scenario.flags)[0] ?? [];
    expect(resolve).toThrow(`needs flag ${entry?.flag}, which the live flag document does not have`);
  });

  it('refuses some on each version, and no scenario on both', () => {
    expect(new Set(refused?.map(({ version }) => version))).toEqual(new Set(versions));
    expect(new Set(works?.map(({ name }) => name)).size).toBe(scenarios.length);
  });
});

it('breaks one product only, where targeting decides', () => {
  const scenario = scenarios.find(({ name }) => name === 'product-catalog-failure');
  if (!scenario) throw new Error('no such scenario');
  const { flag, after } = resolveFault(scenario, flagsOf('3.0.0'), { incident: 'incident-x' });
  expect(evaluate(flag, after, { product_id: 'L9ECAV7KIM' })?.value).toBe(false);
  expect(evaluate(flag, after, {})?.value).toBe(false);
  expect(evaluate(flag, after, { product_id: 'OLJCESPC7Z' })?.value).toBe(true);
});

it('the newer document has every flag of the older one, with the demo 3.0.0 deciding', () => {
  const [newer, older] = [flagsOf('3.0.0'), flagsOf('2.2.0')];
  expect(Object.keys(newer)).toEqual(expect.arrayContaining(Object.keys(older)));
  const differing = Object.keys(older).filter((flag) => {
    const [a, b] = [newer[flag], older[flag]];
    return a === undefined || b === undefined || facts(a) !== facts(b);
  });
  expect(differing.toSorted()).toEqual(['cartFailure', 'productCatalogFailure']);
  expect(older['cartFailure']?.variants).toEqual({ on: true, off: false });
  expect(newer['paymentFailure']?.variants).toMatchObject({ '90%': 0.95 });
  expect(newer['loadGeneratorVUs']?.defaultVariant).toBe('5');
  expect(newer['loadGeneratorTraffic']?.defaultVariant).toBe('on');
});

/** All that a definition says to flagd, whatever the order it is written in. */
function facts({ description: _said, ...rest }: FlagDefinition): string {
  return JSON.stringify(sorted(rest));
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
