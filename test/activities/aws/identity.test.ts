import { describe, expect, test } from 'vitest';
import { requireTimeLeft } from '../../../activities/aws/identity.ts';

const minute = 60_000;

describe('a step', () => {
  const now = Date.parse('2026-11-25T12:00:00Z');
  const expires = '2026-11-25T12:20:00.000Z';

  test('is refused where the credentials end before it would', () => {
    const refusal = () => requireTimeLeft({ expires }, 40 * minute, 'lab', now);
    expect(refusal).toThrow(`The AWS credentials end in 20m, at ${expires}; this step may take 40m`);
    expect(refusal).toThrow(
      expect.objectContaining({ code: 'aws-credentials', hint: expect.stringMatching(/--profile lab/) as string }),
    );
  });

  test('is refused where they have ended', () => {
    const refusal = () => requireTimeLeft({ expires }, minute, null, now + 30 * minute);
    expect(refusal).toThrow(`The AWS credentials have ended, at ${expires}; this step may take 1m`);
  });

  test('is let through where they last, or do not end', () => {
    expect(() => requireTimeLeft({ expires }, 20 * minute, null, now)).not.toThrow();
    expect(() => requireTimeLeft({ expires: null }, 24 * 60 * minute, null, now)).not.toThrow();
  });
});
