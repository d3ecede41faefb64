import { expect, it } from 'vitest';
import { builtCommand } from '../../support/lab.ts';

it('status is one line where the cluster does not answer', async () => {
  const { stderr, exitCode } = await builtCommand('status', ['--environment', 'kubernetes'], {
    KUBECONFIG: '/nonexistent',
  });
  expect(exitCode).toBe(1);
  // newer versions of Node warn beside it, in lines that begin with a bracket, of what a client of Kubernetes still uses
  expect(stderr.split('\n').filter((line) => line !== '' && !line.startsWith('('))).toHaveLength(1);
});
