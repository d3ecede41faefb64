import { expect, test } from 'vitest';
import { isStandard } from '../../../activities/aws/usage.ts';

test.each([
  ['t3.medium', true],
  ['m7i.large', true],
  ['im4gn.large', true],
  ['c6gn.large', true],
  ['dl1.24xlarge', false],
  ['hpc7a.96xlarge', false],
  ['inf2.xlarge', false],
  ['trn1.2xlarge', false],
  ['mac2.metal', false],
  ['p5.48xlarge', false],
  ['g5.xlarge', false],
])('knows whether %s is standard: %s', (type, expected) => {
  expect(isStandard(type)).toBe(expected);
});
