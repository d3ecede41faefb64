import { labElsewhere } from '../lab/elsewhere.ts';
import { isAlive } from '../lab/process.ts';
import { logLevel } from '../environments/log-level.ts';
import { metricsAddress } from '../environments/metrics-address.ts';
import { type LabState, readState } from '../lab/state.ts';
import { up } from '../lab/up.ts';
import { requireSameLab } from './same-lab.ts';
import { startSpinner } from './spinner.ts';

/**
 * The running lab, brought up first if none is and it is one of this machine; what it waits for is shown. Throws Problem `start-failed`
 * or `bad-usage`.
 */
export async function labUp(demo?: string): Promise<LabState> {
  const elsewhere = labElsewhere();
  if (elsewhere) return elsewhere;
  const present = readState();
  if (present?.phase === 'ready' && (await isAlive(present.supervisor))) {
    requireSameLab(present);
    if (demo === undefined) return present;
  }
  // what its processes would not come up with is said here
  logLevel();
  metricsAddress();
  const spinner = await startSpinner('bringing the lab up');
  try {
    const state = await up(demo, (step) => spinner.show(`bringing the lab up: ${step}`));
    spinner.succeed(
      `the lab is up: Web UI ${state.temporal.ui ?? state.temporal.address}, shop ${state.shop.url ?? 'your own'}`,
    );
    return state;
  } catch (error) {
    spinner.fail('the lab did not come up');
    throw error;
  }
}
