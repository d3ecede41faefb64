import { describe, expect, it } from 'vitest';
import { findScenario, loadCatalogue } from '../../scenarios/catalogue.ts';
import { type FlagDefinition, flagDefinition } from '../../scenarios/flag.ts';
import { fittingEntry, isAvailable, resolveFault } from '../../scenarios/resolve.ts';
import type { Problem } from '../../workflows/problem.ts';
import { type DemoVersion, flagsOf, problemOf } from './fixtures.ts';

const catalogue = loadCatalogue();
const scenario = (name: string) => findScenario(catalogue, name);
const incident = 'incident-x';

/** The embedded lab's flags with some keys of one of them changed; undefined takes a key away. */
function flagsWith(flag: string, changes: Record<string, unknown>, version: DemoVersion = '3.0.0') {
  const flags = flagsOf(version);
  const merged = Object.entries({ ...flags[flag], ...changes }).filter(([, value]) => value !== undefined);
  return { ...flags, [flag]: flagDefinition.parse(Object.fromEntries(merged)) };
}

describe('the fault', () => {
  it('is the flag as it was, enabled, with the variant and the marker', () => {
    const flags = flagsWith('paymentFailure', { state: 'DISABLED', owner: 'me', metadata: { team: 'pay' } });
    const before = structuredClone(flags['paymentFailure']);
    const fault = resolveFault(scenario('payment-failure'), flags, { incident });
    expect(fault).toEqual({
      scenario: 'payment-failure',
      flag: 'paymentFailure',
      variant: '50%',
      before,
      after: { ...before, state: 'ENABLED', defaultVariant: '50%', metadata: { team: 'pay', incident } },
      context: {},
      value: 0.5,
    });
    expect(Object.keys(fault.after)).toEqual(Object.keys(fault.before));
    expect(flags['paymentFailure']).toEqual(before);
  });

  it('has targeting where the live flag is decided by it', () => {
    const fault = resolveFault(scenario('product-catalog-failure'), flagsOf('3.0.0'), { incident });
    expect(fault.after.targeting).toEqual({ if: [{ '==': [{ var: 'product_id' }, 'OLJCESPC7Z'] }, 'on', 'off'] });
    expect(fault).toMatchObject({ context: { product_id: 'OLJCESPC7Z' }, value: true });
    expect(scenario('product-catalog-failure').flags['3.0.0']?.targeting).toEqual({
      if: [{ '==': [{ var: 'product_id' }, 'OLJCESPC7Z'] }, '$variant', 'off'],
    });
  });

  it('has none where the default variant decides, as in the older demo', () => {
    const fault = resolveFault(scenario('product-catalog-failure'), flagsOf('2.2.0'), { incident });
    expect(fault.after).not.toHaveProperty('targeting');
    expect(fault).toMatchObject({ context: {}, after: { defaultVariant: 'on' } });
  });

  it('does away with targeting that the scenario does not know', () => {
    const flags = flagsWith('adFailure', { targeting: { if: [{ var: 'vip' }, 'off', 'off'] } });
    const { before, after } = resolveFault(scenario('ad-failure'), flags, { incident });
    expect(before).toHaveProperty('targeting');
    expect(after).not.toHaveProperty('targeting');
  });

  it.each<[name: string, version: DemoVersion, flag: string, variant: string]>([
    ['traffic-flood', '3.0.0', 'loadGeneratorVUs', '50'],
    ['traffic-flood', '2.2.0', 'loadGeneratorFloodHomepage', 'on'],
    ['cart-failure', '3.0.0', 'cartFailure', '50%'],
    ['cart-failure', '2.2.0', 'cartFailure', 'on'],
    ['llm-rate-limit', '3.0.0', 'llmRateLimitError', 'on'],
  ])('of %s in %s is %s %s', (name, version, flag, variant) => {
    expect(resolveFault(scenario(name), flagsOf(version), { incident })).toMatchObject({ flag, variant });
  });

  it.each<[what: string, changes: Record<string, unknown>]>([
    ['is disabled', { state: 'DISABLED', defaultVariant: 'on' }],
    ['has no default', { defaultVariant: undefined }],
    ['has null for a default', { defaultVariant: null }],
    ['names a default that it does not have', { defaultVariant: 'gone' }],
    ['is without targeting that it once had', { targeting: {} }],
  ])('can be made of a flag that %s', (_what, changes) => {
    const { after, value } = resolveFault(scenario('ad-failure'), flagsWith('adFailure', changes), { incident });
    expect(after).toMatchObject({ state: 'ENABLED', defaultVariant: 'on', metadata: { incident } });
    expect(value).toBe(true);
  });

  it('may be a variant that only the live flag has', () => {
    const flags = flagsWith('adFailure', { variants: { off: false, on: true, always: true } });
    expect(resolveFault(scenario('ad-failure'), flags, { variant: 'always', incident }).value).toBe(true);
  });
});

describe('a variant is refused', () => {
  it.each(['51%', '', 'ON', '__proto__', 'constructor', 'toString', 'x'.repeat(10_000)])(
    'when there is none: %.20s',
    (variant) => {
      const { code, message, hint } = refused('payment-failure', flagsOf('3.0.0'), variant);
      expect(code).toBe('unknown-variant');
      expect(message).toContain('has no variant');
      expect(message.length).toBeLessThan(150);
      expect(hint).toBe('Variants that would break something: 10%, 100%, 25%, 50%, 75%, 90%.');
    },
  );

  it.each([
    ['ad-failure', 'off'],
    ['traffic-flood', '5'],
    ['product-catalog-failure', 'off'],
  ])('when it would change nothing: %s %s', (name, variant) => {
    const { code, message, hint } = refused(name, flagsOf('3.0.0'), variant);
    expect(code).toBe('unknown-variant');
    expect(message).toContain('would change nothing');
    expect(hint).not.toContain(`: ${variant}`);
  });

  it('when the flag rests on it already', () => {
    expect(refused('ad-failure', flagsWith('adFailure', { defaultVariant: 'on' })).hint).toBe(
      'Variants that would break something: off.',
    );
  });

  it('when another name of it is the resting one', () => {
    const flags = flagsWith('adFailure', { variants: { off: false, on: true, no: false } });
    expect(refused('ad-failure', flags, 'no').message).toContain('would change nothing');
  });

  it("when the live flag has others than the scenario's, and none is named", () => {
    const flags = flagsWith('adFailure', { variants: { none: 0, some: 1 }, defaultVariant: 'none' });
    expect(refused('ad-failure', flags).hint).toBe('Variants that would break something: some.');
    expect(resolveFault(scenario('ad-failure'), flags, { variant: 'some', incident }).value).toBe(1);
  });
});

describe('a flag that carries a marker', () => {
  it('is taken', () => {
    const flags = flagsWith('adFailure', { metadata: { incident: 'incident-y' } });
    const problem = problemOf(() => resolveFault(scenario('ad-failure'), flags, { incident }));
    expect(problem).toMatchObject({ code: 'flag-taken', message: expect.stringContaining('incident-y') });
  });

  it('of anything else is free', () => {
    const flags = flagsWith('adFailure', { metadata: { ticket: 'incident-y' } });
    expect(resolveFault(scenario('ad-failure'), flags, { incident }).flag).toBe('adFailure');
  });
});

describe('a scenario whose flags are not there', () => {
  it('is not available, and says what is there', () => {
    const flags = flagsOf('2.2.0');
    expect(isAvailable(scenario('intl-shipping-slowdown'), flags)).toBe(false);
    expect(fittingEntry(scenario('intl-shipping-slowdown'), flags)).toBeUndefined();
    const problem = problemOf(() => resolveFault(scenario('intl-shipping-slowdown'), flags, { incident }));
    expect(problem.code).toBe('flag-not-found');
    expect(problem.message).toContain('intlShippingSlowdown');
    expect(problem.hint).toContain('paymentFailure');
  });

  it('says so in bounds, also with no flag or very many', () => {
    const one = flagsOf('3.0.0')['paymentFailure'];
    if (!one) throw new Error('the document is broken');
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`flag${i}${'x'.repeat(500)}`, one]));
    expect(hintWithout(many).length).toBeLessThan(3_000);
    expect(hintWithout(many)).toContain('and 4970 more');
    expect(hintWithout({})).toContain('It has: none.');
  });
});

/** The Problem with which a variant, or by default the scenario's own, is refused. */
function refused(name: string, flags: Record<string, FlagDefinition>, variant?: string): Problem {
  return problemOf(() => resolveFault(scenario(name), flags, { variant, incident }));
}

function hintWithout(flags: Record<string, FlagDefinition>): string {
  return problemOf(() => resolveFault(scenario('ad-failure'), flags, { incident })).hint;
}
