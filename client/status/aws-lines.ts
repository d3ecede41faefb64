import pc from 'picocolors';
import type { AddonLook, NodegroupLook } from '../../activities/aws/eks.ts';
import type { EksLook } from '../../activities/aws/look.ts';
import type { RunningCost } from '../../activities/aws/running-cost.ts';
import { formatDuration } from '../../workflows/duration.ts';
import type { LifetimeView } from './lifetime.ts';

/** With less left than this, the end of a lab is a warning (s). */
const soon = 30 * 60;

export function eksLines({ region, cluster, nodegroups }: EksLook): string[] {
  if (!cluster) return [`eks        none in ${region}`];
  const { name, status, version, since, issues, addons } = cluster;
  const made = since === null ? '' : `, since ${since}`;
  return [
    `eks        ${name} in ${region}: ${colored(status)}, Kubernetes ${version}${made}`,
    ...issueLines(issues),
    ...listed('nodes', nodegroups, nodegroupLine),
    ...listed('add-ons', addons, ({ name: addon, version: of, status: now }) => `${addon} ${of}: ${colored(now)}`),
  ];
}

function nodegroupLine({ name, desired, min, max, types, capacity, status }: NodegroupLook): string {
  return `${name}: ${desired} of ${min}–${max}, ${types.join(' or ')}, ${capacity}, ${colored(status)}`;
}

function listed<T extends NodegroupLook | AddonLook>(title: string, all: T[], show: (one: T) => string): string[] {
  if (all.length === 0) return [`${title.padEnd(10)} none`];
  return all.flatMap((one, index) => [
    `${(index === 0 ? title : '').padEnd(10)} ${show(one)}`,
    ...issueLines(one.issues),
  ]);
}

function issueLines(issues: string[]): string[] {
  return issues.map((issue) => `  ${pc.red(issue)}`);
}

function colored(status: string): string {
  return status === 'ACTIVE' ? pc.green(status) : pc.yellow(status);
}

export function costLines(cost: RunningCost | null): string[] {
  if (!cost) return [];
  const { hourly, soFar, currency, pricesOf, unknown, without } = cost;
  const spent = soFar === null ? '' : `, ${soFar.toFixed(2)} since the cluster was made (as it is now)`;
  return [
    `cost       about ${hourly.toFixed(2)} ${currency} an hour${spent}`,
    `           by list prices of ${pricesOf}, without ${without.join(', ')}`,
    ...unknown.map((type) => pc.yellow(`           and without ${type}, of which no price is known`)),
  ];
}

export function lifetimeLines(lifetime: LifetimeView | null): string[] {
  if (!lifetime) return [];
  const { until, phase, trouble, secondsLeft } = lifetime;
  const left = `in ${formatDuration(secondsLeft * 1_000)}, at ${until}`;
  const line = phase === 'ending' ? 'it is being torn down' : `torn down ${left}`;
  return [
    `lifetime   ${phase === 'ending' || secondsLeft < soon ? pc.yellow(line) : line}`,
    ...(trouble === null ? [] : [pc.red(`  the last try has failed, and another comes: ${trouble}`)]),
  ];
}
