import { describe, expect, it } from 'vitest';
import { isBack } from '../../../activities/probes/prometheus.ts';
import type { Indicator, Receipt } from '../../../workflows/contract.ts';

const above: Indicator = { title: 'errors', service: 'payment', signal: 'error_ratio', above: 0.03 };
const below: Indicator = { title: 'orders', service: 'checkout', signal: 'request_rate', below: 5 };
const before = (low: number | null, high: number | null, gaps = false): Receipt => ({
  witness: 'indicator',
  moment: 'before',
  at: '2026-01-01T00:00:00Z',
  value: high,
  low,
  high,
  gaps,
});

describe('an indicator is back', () => {
  it.each([
    ['at the top of its range before', above, 0.01, before(0, 0.01), true],
    ['within a tenth of the bound above it', above, 0.012, before(0, 0.01), true],
    ['not beyond that, though under the bound', above, 0.02, before(0, 0.01), false],
    ['below its range, where faults are above', above, 0, before(0.005, 0.01), true],
    ['at the bottom of its range before', below, 8, before(8, 12), true],
    ['not under it', below, 7, before(8, 12), false],
    ['without a value, as at times before', above, null, before(0, 0.01, true), true],
    ['not without a value where there always was one', above, null, before(0, 0.01), false],
    ['under the bound, where nothing is known of before', above, 0.02, undefined, true],
    ['not beyond the bound, where nothing is known of before', above, 0.04, before(null, null), false],
  ] as const)('%s', (_when, indicator, value, receipt, expected) => {
    expect(isBack(indicator, value, receipt)).toBe(expected);
  });
});
