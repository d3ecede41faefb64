import { expect, it } from 'vitest';
import { changeKey } from '../../../client/status/change-key.ts';

const at = (secondsLeft: number, phase: string): string => changeKey({ incidents: [{ phase, secondsLeft }] });

it('takes the time that is left for no change', () => {
  expect(at(5, 'active')).toBe(at(4, 'active'));
  expect(at(5, 'active')).not.toBe(at(5, 'verifying'));
});
