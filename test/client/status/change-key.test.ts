import { expect, it } from 'vitest';
import { changeKey } from '../../../client/status/change-key.ts';

const at = (secondsLeft: number, phase: string): string => changeKey({ incidents: [{ phase, secondsLeft }] });

it('takes what a lab has cost meanwhile for no change', () => {
  expect(cost(0.5, 1)).toBe(cost(0.5, 1.1));
  expect(cost(0.5, 1)).not.toBe(cost(0.6, 1));
});
const cost = (hourly: number, soFar: number): string => changeKey({ cost: { hourly, soFar } });

it('takes the time that is left for no change', () => {
  expect(at(5, 'active')).toBe(at(4, 'active'));
  expect(at(5, 'active')).not.toBe(at(5, 'verifying'));
});
