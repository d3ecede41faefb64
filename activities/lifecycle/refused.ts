import type { Caller, LifecycleActivities } from '../../workflows/lifecycle-contract.ts';
import { Problem } from '../../workflows/problem.ts';
import { asStep } from './step.ts';

/** Of a lab that is no cluster: `deploy` and `teardown` end with the first of their steps. */
export function refusedLifecycle(environment: string): Pick<LifecycleActivities, 'preflight' | 'preflightTeardown'> {
  const refuse = ({ tell }: { tell: Caller }): Promise<never> =>
    asStep(tell, 'preflight', () => {
      const hint = 'It comes and goes with npm run lab -- up and down; name another environment.';
      throw new Problem('bad-usage', `The ${environment} lab is no cluster that a demo could be deployed to`, hint);
    });
  return { preflight: refuse, preflightTeardown: refuse };
}
