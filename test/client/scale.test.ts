import { describe, expect, it } from 'vitest';
import { builtCommand } from '../support/lab.ts';

const scale = (...args: string[]) => builtCommand('scale', args, { KUBECONFIG: '/nonexistent' });

describe('scale refuses', () => {
  it.each([
    ['an unknown kind', ['pod', 'frontend', '--replicas', '1'], 'bad-usage'],
    ['a negative number', ['deployment', 'frontend', '--replicas=-1'], 'bad-input'],
    ['a huge number', ['deployment', 'frontend', '--replicas', '1000000'], 'bad-input'],
    ['no number', ['deployment', 'frontend', '--replicas', 'many'], 'bad-input'],
  ])('%s, whether the cluster answers or not', async (_what, args, code) => {
    const { stdout, exitCode } = await scale(...args, '--environment', 'kubernetes', '--json');
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code } });
  });

  it.each(['embedded', 'kubernetes'])(
    'node groups of the %s lab, which Terraform did not make',
    async (environment) => {
      const { stderr, exitCode } = await scale('nodegroup', 'app', '--desired', '2', '--environment', environment);
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(/has no node groups to scale.*--environment aws/);
    },
  );
});
