import pc from 'picocolors';
import { isAws } from '../../environments/load.ts';
import { longestLifetime, parseDuration } from '../../workflows/duration.ts';
import type { DeployRequest, DeployResult, DriftResult } from '../../workflows/lifecycle-contract.ts';
import { exitCodes, Problem } from '../../workflows/problem.ts';
import { approve, describePlan } from '../lifecycle/approval.ts';
import { clusterEnvironment, type LifecycleOptions, runLifecycle } from '../lifecycle/run.ts';
import { note, printJson, printLine } from '../output.ts';
import { runningLab } from '../running-lab.ts';

interface Options extends LifecycleOptions, DeployRequest {
  approve?: string;
}

/** `deploy`: brings the lab up, or finds that it is; with `--plan-only` it says what it would do. */
export async function deployCommand({ yes = false, planOnly = false, ttl, ...options }: Options): Promise<void> {
  const environment = clusterEnvironment('deploy');
  const onAws = isAws(environment);
  const named = options.approve === undefined ? (ttl === undefined ? undefined : '--ttl') : '--approve';
  if (named && !onAws) {
    const found = `${named} is for environments whose cluster Terraform makes, which ${environment.name} is not`;
    throw new Problem('bad-usage', found, 'Name one: npm run deploy -- --environment aws');
  }
  if (options.approve !== undefined) return await approveCommand(environment.name, options.approve);
  if (ttl !== undefined) parseDuration(ttl, longestLifetime);
  const request = {
    ...(yes && onAws ? { yes } : {}),
    ...(planOnly ? { planOnly } : {}),
    ...(ttl === undefined ? {} : { ttl }),
  };
  const result = await runLifecycle<DeployResult | DriftResult>('deploy', environment, options, request);
  if (!result) return;
  if ('changes' in result) return showDrift(result, options.json ?? false);
  if (options.json) return printJson(result);
  showDeployed(result);
}

async function approveCommand(environment: string, hash: string): Promise<void> {
  if (!/^[0-9a-f]{64}$/.test(hash)) {
    throw new Problem('bad-usage', 'That is not the hash of a plan', 'The waiting deploy and the Web UI show it.');
  }
  const { client } = await runningLab();
  await approve(client.workflow, environment, hash);
  await client.connection.close();
  printLine(`Approved. The deploy applies that plan, if it still is the one that it waits with.`);
}

function showDrift(result: DriftResult, json: boolean): void {
  if (result.changes) process.exitCode = exitCodes.failed;
  if (json) return printJson(result);
  const { infrastructure, release } = result;
  for (const line of infrastructure ? describePlan(infrastructure) : []) printLine(line);
  if (release) printLine(`The demo: ${release.change}, ${release.reason}`);
  printLine(result.changes ? pc.yellow('A deploy would change something.') : pc.green('✔ nothing is to be changed'));
}

function showDeployed(result: DeployResult): void {
  const { environment, release, change, reason, healed, workloads, warnings, infrastructure, until } = result;
  for (const warning of warnings) note(pc.yellow(`! ${warning}`));
  for (const what of healed) note(pc.yellow(`! put right what an earlier attempt had left: ${what}`));
  const done = change === 'none' ? 'nothing was to be changed' : `${change}: ${reason}`;
  printLine(pc.green(`✔ ${release.name} is up in ${result.namespace}: ${done}`));
  if (infrastructure) {
    const { cluster, region, account, cost } = infrastructure;
    const costs = cost ? `, ${cost.hourly.toFixed(2)} ${cost.currency} an hour (prices of ${cost.pricesOf})` : '';
    printLine(`  cluster    ${cluster} in ${region}, account ${account}${costs}`);
  }
  printLine(`  chart      ${release.chart} ${release.chartVersion}, revision ${release.revision}`);
  printLine(`  workloads  ${workloads.ready} of ${workloads.of} ready`);
  if (until !== undefined) printLine(`  lives      until ${until}, then it is torn down`);
  printLine(`  How to open the shop: npm run status -- --environment ${environment}`);
}
