import type { WorkflowHandle } from '@temporalio/client';
import { pullLever, withdrawAll } from '../../activities/flags/lever.ts';
import { messages } from '../../workflows/contract.ts';
import { reached, type TestLab } from '../support/incidents.ts';

const hold = { scenario: 'payment-failure', duration: '1h' };

async function active(lab: TestLab): Promise<WorkflowHandle> {
  const handle = await lab.start(hold);
  await reached(handle, 'active');
  return handle;
}

/** The ways in which an incident goes, of each of which a history is recorded. */
export const lives: Record<string, (lab: TestLab) => Promise<WorkflowHandle>> = {
  deadline: (lab) => lab.start(hold),
  refused: (lab) => lab.start({ scenario: 'nothing' }),
  stop: async (lab) => {
    const handle = await active(lab);
    await handle.signal(messages.stop, { reason: 'recorded' });
    return handle;
  },
  cancel: async (lab) => {
    const handle = await active(lab);
    await handle.cancel();
    return handle;
  },
  halt: async (lab) => {
    const handle = await active(lab);
    await pullLever(lab.store, 'recorded');
    await withdrawAll(lab.store);
    await handle.cancel();
    return handle;
  },
  extend: async (lab) => {
    const handle = await active(lab);
    await handle.executeUpdate(messages.extend, { args: [{ by: '10m' }] });
    return handle;
  },
};

/** What is recorded of a lab in a cluster: the workflows that people see, and the child that does the work of each. */
export const lifecycles = ['deploy', 'deploy-child', 'teardown', 'teardown-child'] as const;

/** The same of a lab on AWS, and its lifetime. */
export const awsLifecycles = [
  'deploy-aws',
  'deploy-aws-child',
  'teardown-aws',
  'teardown-aws-child',
  'lifetime',
] as const;

/** The same of a lab's secrets: a sync that restarts what is behind, a rotation, and one that is cancelled and taken back. */
export const secretLives = [
  'secret-sync',
  'secret-sync-child',
  'rotate',
  'rotate-child',
  'rotate-cancel',
  'rotate-cancel-child',
] as const;
