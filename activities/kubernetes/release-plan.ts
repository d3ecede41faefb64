import { isDeepStrictEqual } from 'node:util';
import type { ClusterEnvironment } from '../../environments/load.ts';
import type { DeployPlan } from '../../workflows/lifecycle-contract.ts';
import type { Cluster } from './cluster.ts';
import { findDrift, nameOf } from './drift.ts';
import { objectsIn, type ReleaseSpec, type Rendered } from './helm.ts';
import type { Revision } from './look/release.ts';

export const reconcilerRelease = 'incidentfox-reconciler';

export function demoOf({ demo }: ClusterEnvironment): ReleaseSpec {
  const { release: name, chart, repository, version, values } = demo;
  return { name, chart, repository, version, values };
}

/** What is to be done so that the release is what `rendered` says, and why. */
export async function planRelease(
  cluster: Cluster,
  flags: string,
  rendered: Rendered[],
  revision: Revision | null,
): Promise<Pick<DeployPlan, 'change' | 'reason'>> {
  if (!revision) return { change: 'install', reason: 'there is none yet' };
  const { status, revision: number } = revision.release;
  if (status !== 'deployed') return { change: 'upgrade', reason: `revision ${number} is ${status}` };
  const changed = differences(rendered, objectsIn(revision.manifest));
  if (changed.length > 0) return { change: 'upgrade', reason: `the chart or its values changed ${some(changed)}` };
  // the flags are edited by their page and by hand, which is what they are there for
  const kept = rendered.filter((object) => nameOf(object) !== `ConfigMap/${flags}`);
  const drifted = await findDrift(cluster, kept);
  if (drifted.length > 0) return { change: 'repair', reason: `missing or changed by others: ${some(drifted)}` };
  return { change: 'none', reason: `revision ${number} is what the chart says, and so is every object of it` };
}

function differences(a: Rendered[], b: Rendered[]): string[] {
  const [one, other] = [byName(a), byName(b)];
  const names = new Set([...one.keys(), ...other.keys()]);
  return [...names].filter((name) => !isDeepStrictEqual(one.get(name), other.get(name)));
}

function byName(objects: Rendered[]): Map<string, Rendered> {
  return new Map(objects.map((object) => [nameOf(object), object]));
}

function some(names: string[]): string {
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
}
