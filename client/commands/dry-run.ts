import { FileFlagStore } from '../../activities/flags/file-store.ts';
import { planIncident } from '../../activities/plan.ts';
import { OfrepWitness } from '../../activities/probes/ofrep.ts';
import { isAlive } from '../../lab/process.ts';
import { readState } from '../../lab/state.ts';
import type { IncidentInput } from '../../workflows/contract.ts';
import { formatDuration } from '../../workflows/duration.ts';
import { Problem } from '../../workflows/problem.ts';
import { printJson, printLine } from '../output.ts';

/** Every check that the worker would make, and the definition before and after; nothing is started or written. */
export async function dryRun(id: string, input: IncidentInput, { json }: { json?: boolean }): Promise<void> {
  const state = readState();
  if (!state || !(await isAlive(state.supervisor))) {
    throw new Problem(
      'lab-down',
      'No lab is up, so there are no live flags to check against',
      'Bring it up: npm run lab -- up --detach',
    );
  }
  const store = new FileFlagStore(state.flagd.file);
  const plan = planIncident(input, await store.read(), store.location, { workflowId: id, firstRunId: id });
  await store.checkWritable();
  await new OfrepWitness(state.flagd.ofrep).evaluate(plan.flag, plan.context);
  const { scenario, flag, variant, duration, before, after } = plan;
  if (json)
    return printJson({ dryRun: true, scenario, flag, variant, duration: formatDuration(duration), before, after });
  printLine(`${scenario} would set ${flag} to ${variant} for ${formatDuration(duration)}; nothing was changed.`);
  printLine(`before: ${JSON.stringify(before, null, 2)}\nafter: ${JSON.stringify(after, null, 2)}`);
}
