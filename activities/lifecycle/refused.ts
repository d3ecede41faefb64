import { ApplicationFailure } from '@temporalio/activity';
import type { LifecycleActivities } from '../../workflows/lifecycle-contract.ts';
import { Problem } from '../../workflows/problem.ts';

/** Of a lab that is no cluster: `deploy` and `teardown` end with the first of their activities. */
export function refusedLifecycle(environment: string): Pick<LifecycleActivities, 'nameEnvironment'> {
  const hint = 'It comes and goes with npm run lab -- up and down; name another environment.';
  const found = `The ${environment} lab is no cluster that a demo could be deployed to`;
  const { failure } = new Problem('bad-usage', found, hint);
  return {
    nameEnvironment: () => Promise.reject(ApplicationFailure.create({ ...failure, nonRetryable: true })),
  };
}
