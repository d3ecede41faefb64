import { existsSync } from 'node:fs';
import { ifThere } from '../../activities/flags/if-there.ts';
import { openTarget } from '../../activities/target.ts';
import { environmentOf } from '../../lab/environment.ts';
import { down } from '../../lab/down.ts';
import { type LabState, readState } from '../../lab/state.ts';
import { Problem } from '../../workflows/problem.ts';
import { requireKeptHere } from '../kept-here.ts';
import { printJson } from '../output.ts';
import { startSpinner } from '../spinner.ts';

/**
 * `lab down`: incidents are rolled back first, or, with `--if-idle`, stand in the way. Throws Problem `incidents-active`,
 * also where a fault could not be withdrawn.
 */
export async function labDown({ ifIdle = false, json = false }: { ifIdle?: boolean; json?: boolean }): Promise<void> {
  requireKeptHere();
  const lab = readState();
  const active = ifIdle ? await underWay(lab) : [];
  if (active.length > 0) {
    throw new Problem(
      'incidents-active',
      `Under way: ${active.join(', ')}`,
      'Stop them first, or leave --if-idle away to roll them back.',
    );
  }
  const spinner = await startSpinner('taking the lab down');
  const wasUp = await down((step) => spinner.show(`taking the lab down: ${step}`));
  const left = await underWay(lab);
  if (left.length > 0) {
    spinner.fail('the lab is down, but not every fault is withdrawn');
    throw new Problem(
      'incidents-active',
      `The faults of ${left.join(', ')} are still in ${lab?.flagd.file}`,
      'Make those flags writable and bring the lab up: it withdraws them at once.',
    );
  }
  spinner.succeed(wasUp ? 'the lab is down' : 'no lab was up');
  if (json) printJson({ down: true, wasUp });
}

/** Ids of the incidents whose faults may be in force; a flag file that is gone holds none. */
async function underWay(lab: LabState | undefined): Promise<string[]> {
  if (!lab) return [];
  const environment = environmentOf(lab);
  if (environment.flags.store === 'file' && !existsSync(environment.flags.location)) return [];
  const { store, close } = await openTarget(environment);
  try {
    return (await ifThere(store.read()))?.open().map(([, { id }]) => id) ?? [];
  } finally {
    await close();
  }
}
