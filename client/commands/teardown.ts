import { createInterface } from 'node:readline/promises';
import pc from 'picocolors';
import { isAws } from '../../environments/load.ts';
import type { TeardownResult } from '../../workflows/lifecycle-contract.ts';
import { Problem } from '../../workflows/problem.ts';
import { clusterEnvironment, type LifecycleOptions, runLifecycle } from '../lifecycle/run.ts';
import { printJson, printLine } from '../output.ts';

/** `teardown`: asks first, then removes what `deploy` made. Throws Problem `left-behind` where something of it stays. */
export async function teardownCommand({
  yes = false,
  ...options
}: LifecycleOptions & { yes?: boolean }): Promise<void> {
  const environment = clusterEnvironment('teardown');
  const doom = isAws(environment)
    ? `destroys cluster ${environment.aws.cluster} in ${environment.aws.region} with all that Terraform made for it`
    : `removes the demo from ${environment.cluster.namespace}`;
  if (!yes) await confirm(environment.name, doom);
  const result = await runLifecycle<TeardownResult>('teardown', environment, options);
  if (!result) return;
  if (options.json) return printJson(result);
  const { ended, removed } = result;
  printLine(pc.green(`✔ nothing of ${result.environment} is left${isAws(environment) ? '' : ' in the cluster'}`));
  for (const id of ended) printLine(`  ended    ${id}`);
  for (const what of removed) printLine(`  removed  ${what}`);
  printLine(
    `  Temporal and the worker still run on this machine: npm run lab -- down --environment ${environment.name}`,
  );
}

async function confirm(name: string, what: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new Problem('bad-usage', `Nobody is there to confirm the teardown of ${name}`, 'Give --yes.');
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const typed = await lines.question(`This ends every incident and ${what}. Type ${name} to go on: `);
  lines.close();
  if (typed.trim() !== name) throw new Problem('bad-usage', 'That is not its name', 'Nothing was changed.');
}
