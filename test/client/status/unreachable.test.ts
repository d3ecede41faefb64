import { expect, it } from 'vitest';
import { builtCommand } from '../../support/lab.ts';

it('status is one line where the cluster does not answer', async () => {
  const { stderr, exitCode } = await builtCommand('status', ['--environment', 'kubernetes'], {
    KUBECONFIG: '/nonexistent',
  });
  expect(exitCode).toBe(1);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});
