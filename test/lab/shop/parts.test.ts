import { describe, expect, it } from 'vitest';
import { Readiness } from '../../../lab/shop/kubelet.ts';
import { deck } from '../../../lab/shop/load/deck.ts';
import { readOptions } from '../../../lab/shop/options.ts';
import { evenShare } from '../../../lab/shop/runtime/share.ts';
import { agrees } from '../../../lab/shop/services/product-reviews.ts';
import { reviewsOf } from '../../../lab/shop/services/reviews.ts';
import { Problem } from '../../../workflows/problem.ts';

function endpoints(results: boolean[]): boolean[] {
  const readiness = new Readiness();
  return results.map((passed) => {
    readiness.observe(passed);
    return readiness.inEndpoints;
  });
}

describe('Readiness', () => {
  it('takes a service in after one success and out after three failures in a row', () => {
    const probes = [false, true, false, false, true, false, false, false, false, true];
    expect(endpoints(probes)).toEqual([false, true, true, true, true, true, true, false, false, true]);
  });

  it('forgets what it knew of a thread that is gone', () => {
    const readiness = new Readiness();
    readiness.observe(true);
    readiness.reset();
    expect(readiness.inEndpoints).toBe(false);
    expect(readiness.observe(true)).toBe(true);
  });
});

describe('evenShare', () => {
  it.each([0, 0.1, 0.25, 0.5, 0.95, 1])('picks %d of 200 calls, evenly', (share) => {
    const picks = evenShare();
    const picked = Array.from({ length: 200 }, () => picks(share)).filter(Boolean).length;
    expect(picked).toBeGreaterThanOrEqual(200 * share - 1);
    expect(picked).toBeLessThanOrEqual(200 * share + 1);
  });
});

describe('deck', () => {
  it('deals every card once before it shuffles anew', () => {
    const deal = deck(['a', 'b', 'b', 'c']);
    for (let round = 0; round < 3; round += 1) {
      expect([deal(), deal(), deal(), deal()].toSorted()).toEqual(['a', 'b', 'b', 'c']);
    }
  });
});

describe('agrees', () => {
  it.each([
    ['Customers rate it 4.8 of 5.', true],
    ['Customers rate it 1.3 of 5.', false],
    ['Nice.', false],
  ])('%s', (summary, expected) => {
    expect(agrees(summary, reviewsOf('L9ECAV7KIM'))).toBe(expected);
  });
});

describe('readOptions', () => {
  it('has defaults', () => {
    expect(readOptions([])).toEqual({ port: 8080, ofrep: 'http://127.0.0.1:8016' });
  });

  it.each([
    [['--port', '70000']],
    [['--port', '8o8o']],
    [['--ofrep', 'localhost:8016']],
    [['--colour', 'red']],
    [['x']],
  ])('refuses %j', (args) => {
    expect(() => readOptions(args)).toThrow(Problem);
  });
});
