import type { Client } from '@temporalio/client';
import { knownLab } from '../lab/elsewhere.ts';
import type { LabState } from '../lab/state.ts';
import { Problem } from '../workflows/problem.ts';
import { requireSameLab } from './same-lab.ts';
import { connect } from './temporal.ts';

/**
 * The lab and a client of its Temporal server, for commands that make no sense without. Its supervisor need not live: an
 * incident can be stopped as long as Temporal answers. Throws Problem `lab-down`.
 */
export async function runningLab(): Promise<{ state: LabState; client: Client }> {
  const state = knownLab();
  if (!state || state.phase === 'down' || state.phase === 'failed') {
    throw new Problem('lab-down', 'No lab is up', 'Bring it up with: npm run lab -- up --detach');
  }
  requireSameLab(state);
  return { state, client: await connect(state) };
}
