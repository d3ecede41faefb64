import { planIncident } from '../../activities/plan.ts';
import { labElsewhere } from '../../lab/elsewhere.ts';
import { isAlive } from '../../lab/process.ts';
import { readState } from '../../lab/state.ts';
import type { IncidentInput } from '../../workflows/contract.ts';
import { formatDuration } from '../../workflows/duration.ts';
import { Problem } from '../../workflows/problem.ts';
import { withTarget } from '../live-flags.ts';
import { printJson, printLine } from '../output.ts';

/** Every check that the worker would make, and the definition before and after; nothing is started or written. */
export async function dryRun(id: string, input: IncidentInput, { json }: { json?: boolean }): Promise<void> {
  if (!labElsewhere() && !(await isAlive(readState()?.supervisor))) {
    throw new Problem(
      'lab-down',
      'No lab is up, so there are no live flags to check against',
      'Bring it up: npm run lab -- up --detach',
    );
  }
  const plan = await withTarget(async ({ store, witness }) => {
    const planned = planIncident(input, await store.read(), store.location, { workflowId: id, firstRunId: id });
    await store.checkWritable();
    await witness.evaluate(planned.flag, planned.context);
    return planned;
  });
  const { scenario, flag, variant, duration, before, after } = plan;
  if (json)
    return printJson({ dryRun: true, scenario, flag, variant, duration: formatDuration(duration), before, after });
  printLine(`${scenario} would set ${flag} to ${variant} for ${formatDuration(duration)}; nothing was changed.`);
  printLine(`before: ${JSON.stringify(before, null, 2)}\nafter: ${JSON.stringify(after, null, 2)}`);
}
