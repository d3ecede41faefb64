import { expect, test } from 'vitest';
import { failureOf } from '../../../activities/terraform/failure.ts';
import { retryable } from '../../../activities/terraform/retryable.ts';
import { said } from './said.ts';

test.each(said)('%s: %s', (code, text) => {
  expect(failureOf('apply', [errorOf(text)])).toMatchObject({ code, hint: expect.stringMatching(/\w/) });
});

test('AWS that is away or asks for patience may be tried again, in the middle of an apply only with a new plan', () => {
  const away = errorOf('operation error STS: GetCallerIdentity, request send failed');
  expect(retryable.has(failureOf('plan', [away]).code)).toBe(true);
  expect(failureOf('apply', [away], true)).toMatchObject({
    code: 'plan-refused',
    hint: expect.stringContaining('new plan'),
  });
});

test('of several errors the cause is told', () => {
  const errors = [
    'creating EC2 VPC: dial tcp: i/o timeout',
    'Error releasing the state lock\nx: ExpiredToken',
    'x: AccessDenied',
  ];
  expect(
    failureOf(
      'apply',
      errors.map((text) => errorOf(text)),
    ),
  ).toMatchObject({ code: 'aws-credentials' });
});

test('whose lock it is, since when, and how it is removed, is told', () => {
  const [, text = ''] = said.find(([, words]) => words.includes('ann@laptop')) ?? [];
  expect(failureOf('plan', [errorOf(text)])).toMatchObject({
    message: 'The state is locked by ann@laptop since 2026-02-03T04:05:06.789Z (OperationTypeApply)',
    hint: expect.stringContaining('force-unlock 5bb7'),
  });
});

test('what must not be kept is not: keys, signatures, encoded messages, commands and their output', () => {
  const secrets = [
    'Get "https://x.s3.amazonaws.com/a?X-Amz-Security-Token=hush&X-Amz-Signature=hush": dial tcp: i/o timeout',
    'The AWS Access Key Id AKIAHUSHHUSHHUSHHUSH does not exist',
    'UnauthorizedOperation: You are not authorized. Encoded authorization failure message: hush_hush-HUSH',
    "local-exec provisioner error\nError running command 'curl -u hush': exit status 3. Output: hush",
  ];
  const told = secrets.map((text) => failureOf('apply', [errorOf(text)]).message).join('\n');
  expect(told).not.toMatch(/hush/i);
  expect(failureOf('apply', [errorOf('x'.repeat(10_000))]).message.length).toBeLessThan(500);
});

function errorOf(text: string) {
  const [summary = '', ...detail] = text.split('\n');
  return { severity: 'error', summary, detail: detail.join('\n') };
}
