import { createInterface } from 'node:readline/promises';
import type { WorkflowClient, WorkflowHandle } from '@temporalio/client';
import pc from 'picocolors';
import { currentEnvironment } from '../../environments/current.ts';
import {
  type Cost,
  type InfrastructurePlan,
  lifecycleId,
  lifecycleMessages,
} from '../../workflows/lifecycle-contract.ts';
import { note } from '../output.ts';

/** Shows a plan and asks whether to apply it, where somebody is there to answer; else tells how to approve it. Rejects once aborted. */
export async function askFor(
  { client }: WorkflowHandle,
  plan: InfrastructurePlan,
  environment: string,
  { json, signal }: { json: boolean; signal: AbortSignal },
): Promise<void> {
  const command = `npm run deploy -- --environment ${currentEnvironment()} --approve ${plan.hash}`;
  for (const line of describePlan(plan)) note(line);
  if (json || !process.stdin.isTTY) {
    note(`It waits for its approval: ${command}`);
    return;
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  lines.once('SIGINT', () => process.emit('SIGINT'));
  const question = 'Type yes to apply it, anything else to leave it waiting: ';
  const typed = await lines.question(question, { signal }).finally(() => lines.close());
  if (typed.trim() === 'yes') await approve(client, environment, plan.hash);
  else note(`It goes on waiting: ${command}`);
}

/** Approves the plan with that hash, for whoever started the deploy. */
export async function approve(client: WorkflowClient, environment: string, hash: string): Promise<void> {
  await client.getHandle(lifecycleId(environment)).signal(lifecycleMessages.approve, { hash });
}

/** A plan for people: what is done to what, then how much in all. */
export function describePlan({ add, change, destroy, changes, drifted, cost }: InfrastructurePlan): string[] {
  const shown = changes.map((each) => `  ${/^(delete|replace)/.test(each) ? pc.red(each) : each}`);
  const more = add + change + destroy - changes.length;
  return [
    ...drifted.map((address) => pc.yellow(`  changed by others: ${address}`)),
    ...shown,
    ...(more > 0 ? [`  … and ${more} more`] : []),
    `Plan: ${add} to add, ${change} to change, ${destroy} to destroy`,
    ...(cost ? costLines(cost) : []),
  ];
}

function costLines({ hourly, monthly, currency, pricesOf, unknown }: Cost): string[] {
  const sum = `${hourly.toFixed(2)} ${currency} an hour, ${monthly.toFixed(0)} a month`;
  return [
    `It then costs about ${sum} (list prices of ${pricesOf})`,
    ...unknown.map((what) => pc.yellow(`  without ${what}, of which no price is known`)),
  ];
}
