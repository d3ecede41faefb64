import { isKept, type LabState, readState } from '../lab/state.ts';
import { up } from '../lab/up.ts';
import { requireSameLab } from './same-lab.ts';
import { startSpinner } from './spinner.ts';

/** The running lab, brought up first if none is; what it waits for is shown. Throws Problem `start-failed`. */
export async function labUp(demo?: string): Promise<LabState> {
  const present = readState();
  if (present?.phase === 'ready' && (await isKept(present))) {
    requireSameLab(present);
    if (demo === undefined) return present;
  }
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
