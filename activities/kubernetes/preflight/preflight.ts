import { VersionApi } from '@kubernetes/client-node';
import type { ClusterEnvironment } from '../../../environments/load.ts';
import type { DeployPlan } from '../../../workflows/lifecycle-contract.ts';
import { parseDuration } from '../../../workflows/duration.ts';
import { Problem } from '../../../workflows/problem.ts';
import { run } from '../../command.ts';
import { ifThere } from '../../flags/if-there.ts';
import type { FlagStore } from '../../flags/store.ts';
import type { StoreState } from '../../flags/state.ts';
import type { Progress } from '../../lifecycle/step.ts';
import { requireOperator, whoseOperator } from '../../secrets/kinds.ts';
import type { Cluster } from '../cluster.ts';
import type { Helm } from '../helm.ts';
import { isOurs } from '../helm-owner.ts';
import { newestRevision, type Revision } from '../look/release.ts';
import { demoOf, planRelease, reconcilerRelease } from '../release-plan.ts';
import { missingRights, rightsFor, rightsForOperator, rightsForSecrets } from './rights.ts';
import { missingRoom } from './room.ts';

const oldest = { helm: [3, 14], kubernetes: [1, 24] } as const;

/**
 * Everything that must be so before the first change is made, and what is to be done. Throws Problem `preflight-failed` with
 * all that is wrong, `not-ours`, `incidents-active`, `operator-missing`, or that of a tool or cluster without which nothing can be asked.
 */
export async function preflight(
  environment: ClusterEnvironment,
  { cluster, helm, store }: { cluster: Cluster; helm: Helm; store: FlagStore },
  progress: Progress,
  signal: AbortSignal,
): Promise<DeployPlan> {
  const rendering = helm.render(demoOf(environment), signal);
  // whatever else is wrong is told first
  rendering.catch(() => undefined);
  const [helmVersion, { gitVersion }, kubectl] = await Promise.all([
    helm.version(),
    cluster.use(VersionApi, (api) => api.getCode()),
    run('kubectl', ['version', '--client']).then(
      () => true,
      () => false,
    ),
  ]);
  progress.show({ detail: `helm ${helmVersion}, Kubernetes ${gitVersion}` });
  const revision = await newestRevision(cluster, environment.demo.release);
  requireOurs(environment.demo.release, revision);
  if (environment.reconciler.image !== null) {
    requireOurs(reconcilerRelease, await newestRevision(cluster, reconcilerRelease));
  }
  const whose = environment.secrets ? await whoseOperator(cluster) : null;
  if (whose) requireOperator(environment, whose);
  const state = await ifThere(store.read());
  requireNoIncidents(state);
  const rendered = await rendering;
  const [flags = ''] = environment.flags.location.split('/');
  const found = await planRelease(cluster, flags, rendered, revision);
  // the flags are held against nothing, but they must be there
  const plan =
    found.change === 'none' && !state ? { change: 'repair' as const, reason: `missing: ConfigMap/${flags}` } : found;
  const [denied, room] = await Promise.all([
    missingRights(cluster, [
      ...rightsFor(rendered, environment.cluster.namespace, cluster.isInside),
      ...(whose ? rightsForSecrets(environment.cluster.namespace) : []),
      ...(whose && whose !== 'others' ? rightsForOperator(environment.cluster.namespace) : []),
    ]),
    plan.change === 'install' ? missingRoom(cluster, rendered) : null,
  ]);
  const wrong = [
    ...(isOld(helmVersion, oldest.helm) ? [`helm ${helmVersion} is too old: 3.14 or newer, or 4`] : []),
    ...(isOld(gitVersion, oldest.kubernetes) ? [`Kubernetes ${gitVersion} is too old: 1.24 or newer`] : []),
    ...(denied.length > 0 ? [`your account may not ${denied.join(', ')}`] : []),
    ...(room === null ? [] : [room]),
  ];
  if (wrong.length > 0) {
    throw new Problem(
      'preflight-failed',
      `Nothing was changed: ${wrong.join('; ')}`,
      'docs/kubernetes.md has what is needed.',
    );
  }
  const warnings = kubectl
    ? []
    : ['There is no kubectl on the PATH, which the commands that npm run status prints use'];
  return { ...plan, warnings, readyWithin: parseDuration(environment.demo.readyWithin) };
}

/** Throws Problem `not-ours` where somebody else made that release. */
export function requireOurs(name: string, revision: Revision | null): void {
  if (!revision || isOurs(revision)) return;
  throw new Problem(
    'not-ours',
    `Release ${name} in namespace ${revision.release.namespace} was not made by npm run deploy`,
    'Incidents run on it as it is. For one of the lab, name another release or namespace in the environment file.',
  );
}

function requireNoIncidents(state: StoreState | undefined): void {
  const ids = state?.open().map(([, { id }]) => id) ?? [];
  if (ids.length === 0) return;
  throw new Problem(
    'incidents-active',
    `An upgrade would get in the way of ${ids.length} incidents: ${ids.slice(0, 3).join(', ')}`,
    'Wait for their end, or end them all: npm run incident -- halt',
  );
}

function isOld(version: string, [major, minor]: readonly [number, number]): boolean {
  const [is = 0, has = 0] = (/(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
  return is < major || (is === major && has < minor);
}
