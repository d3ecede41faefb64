import pc from 'picocolors';
import type { DeployResult } from '../../workflows/lifecycle-contract.ts';
import { clusterEnvironment, type LifecycleOptions, runLifecycle } from '../lifecycle/run.ts';
import { note, printJson, printLine } from '../output.ts';

/** `deploy`: brings the lab up in its cluster, or finds that it is. */
export async function deployCommand(options: LifecycleOptions): Promise<void> {
  const environment = clusterEnvironment('deploy');
  const result = await runLifecycle<DeployResult>('deploy', environment, options);
  if (!result) return;
  if (options.json) return printJson(result);
  const { release, change, reason, healed, workloads, warnings } = result;
  for (const warning of warnings) note(pc.yellow(`! ${warning}`));
  for (const what of healed) note(pc.yellow(`! put right what an earlier attempt had left: ${what}`));
  const done = change === 'none' ? 'nothing was to be changed' : `${change}: ${reason}`;
  printLine(pc.green(`✔ ${release.name} is up in ${result.namespace}: ${done}`));
  printLine(`  chart      ${release.chart} ${release.chartVersion}, revision ${release.revision}`);
  printLine(`  workloads  ${workloads.ready} of ${workloads.of} ready`);
  printLine(`  How to open the shop: npm run status -- --environment ${environment.name}`);
}
