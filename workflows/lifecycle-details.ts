import { setCurrentDetails } from '@temporalio/workflow';
import { type InfrastructurePlan, lifecycleId, type Progress } from './lifecycle-contract.ts';

/** What the Web UI shows as current details. */
export function describe(now: Progress): void {
  const { work, environment, phase, step, since, detail, workloads, resources, plan, output } = now;
  const lines = [`**${work} of ${environment ?? 'the lab'}: ${phase}**`, `${step} (since ${since})`];
  if (detail !== null) lines.push(detail);
  if (plan) lines.push(...planned(plan, environment ?? ''));
  if (resources) lines.push(`${resources.done} of ${resources.of} resources are done`);
  for (const { address, seconds } of resources?.busy ?? []) lines.push(`- ${address}: ${seconds} s`);
  if (workloads) lines.push(`${workloads.ready} of ${workloads.of} workloads are ready`);
  for (const { name, reason } of workloads?.waiting ?? []) lines.push(`- ${name}: ${reason ?? 'nothing tells why'}`);
  if (output.length > 0) lines.push(['```', ...output.slice(-10), '```'].join('\n'));
  setCurrentDetails(lines.join('\n\n'));
}

function planned(
  { hash, add, change, destroy, changes, drifted, cost }: InfrastructurePlan,
  environment: string,
): string[] {
  const input = JSON.stringify({ hash });
  return [
    `${add} to add, ${change} to change, ${destroy} to destroy`,
    ...(cost
      ? [`it then costs ${cost.hourly.toFixed(2)} ${cost.currency} an hour, ${cost.monthly.toFixed(0)} a month`]
      : []),
    ...(drifted.length > 0 ? [`changed by others: ${drifted.join(', ')}`] : []),
    ['```', ...changes, '```'].join('\n'),
    `Approve it: temporal workflow signal --workflow-id ${lifecycleId(environment)} --name approve --input '${input}'`,
  ];
}
