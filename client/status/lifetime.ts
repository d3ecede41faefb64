import { WorkflowNotFoundError } from '@temporalio/client';
import { type Lifetime, lifecycleMessages, lifetimeId } from '../../workflows/lifecycle-contract.ts';
import { Problem } from '../../workflows/problem.ts';
import { runningLab } from '../running-lab.ts';

/** How long Temporal and the worker may take to answer (ms). */
const patience = 1_000;

export type LifetimeView = Pick<Lifetime, 'until' | 'phase' | 'trouble'> & { secondsLeft: number };

/** When a lab is torn down by itself; null where it is not to be. Throws Problem `lab-down` where nobody can tell. */
export async function lifetimeOf(environment: string): Promise<LifetimeView | null> {
  const { client } = await runningLab();
  const handle = client.workflow.getHandle(lifetimeId(environment));
  const ask = async (): Promise<LifetimeView | null> => {
    const { status } = await handle.describe();
    // one that was terminated would still answer that it lives
    if (status.name !== 'RUNNING') return null;
    const { until, phase, trouble } = await handle.query<Lifetime>(lifecycleMessages.lifetime);
    const secondsLeft = Math.max(0, Math.ceil((Date.parse(until) - Date.now()) / 1_000));
    return phase === 'over' ? null : { until, phase, trouble, secondsLeft };
  };
  try {
    return await client.withDeadline(Date.now() + patience, ask);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    const message = `Nobody answers when ${environment} is torn down`;
    throw new Problem('lab-down', message, 'Look at the lab: npm run lab -- status', { cause: error });
  } finally {
    await client.connection.close();
  }
}
