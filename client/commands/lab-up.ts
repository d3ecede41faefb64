import { openLogger } from '../../environments/log.ts';
import { isAlive } from '../../lab/process.ts';
import { readState } from '../../lab/state.ts';
import { runLab } from '../../lab/supervisor/run.ts';
import { requireKeptHere } from '../kept-here.ts';
import { labUp } from '../lab-up.ts';
import { startSpinner } from '../spinner.ts';
import { labStatus } from './lab-status.ts';

interface UpOptions {
  demo?: string;
  detach?: boolean;
  json?: boolean;
}

/** `lab up`: in the background, or here until Ctrl-C. A lab that runs already is found, not started twice. */
export async function labUpCommand({ demo, detach = false, json = false }: UpOptions): Promise<void> {
  requireKeptHere();
  if (detach || (await isAlive(readState()?.supervisor))) {
    await labUp(demo);
    return await labStatus({ json });
  }
  const spinner = await startSpinner('bringing the lab up');
  const ready = async (): Promise<void> => {
    spinner.succeed('the lab is up; Ctrl-C takes it down');
    await labStatus({ json });
  };
  const log = openLogger('supervisor', 2);
  try {
    await runLab({ demo, log, report: (step) => spinner.show(`the lab: ${step}`), ready });
  } finally {
    spinner.stop();
  }
  process.exit();
}
