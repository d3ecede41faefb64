import { Context } from '@temporalio/activity';
import { type ClusterEnvironment, isAws } from '../../environments/load.ts';
import type { Caller, LifecycleActivities } from '../../workflows/lifecycle-contract.ts';
import { Problem } from '../../workflows/problem.ts';
import { ifThere } from '../flags/if-there.ts';
import { releaseLever } from '../flags/lever.ts';
import type { FlagStore } from '../flags/store.ts';
import { Cluster } from '../kubernetes/cluster.ts';
import { Helm } from '../kubernetes/helm.ts';
import { install } from '../kubernetes/install.ts';
import { leftInTheEnd } from '../kubernetes/leftovers.ts';
import { findRelease } from '../kubernetes/look/release.ts';
import { makeNamespace, removeNamespace } from '../kubernetes/namespace.ts';
import { preflight } from '../kubernetes/preflight/preflight.ts';
import { preflightTeardown } from '../kubernetes/preflight/teardown.ts';
import { awaitReady } from '../kubernetes/ready.ts';
import { installReconciler } from '../kubernetes/reconciler.ts';
import { demoOf, reconcilerRelease } from '../kubernetes/release-plan.ts';
import { ClusterServices } from '../kubernetes/services.ts';
import { settle } from '../kubernetes/settle.ts';
import { smoke } from '../kubernetes/smoke.ts';
import { uninstall } from '../kubernetes/uninstall.ts';
import { removeClaims } from '../kubernetes/volumes.ts';
import type { OfrepWitness } from '../probes/ofrep.ts';
import { endIncidents, teardownReason } from './end-incidents.ts';
import { secretsRelease } from '../secrets/external-secret.ts';
import { installSecrets } from '../secrets/install.ts';
import { keptKinds, operatorRelease, removeKinds } from '../secrets/kinds.ts';
import { removeSecrets } from '../secrets/remove.ts';
import { secretsId } from '../../workflows/secrets-contract.ts';
import { environmentNow } from './environment-now.ts';
import { asStep, type Progress } from './step.ts';
import { isUnderWay } from './under-way.ts';

/** The steps in which a lab in a cluster comes and goes. `started`: the environment as it was when the worker came up. */
export function createLifecycleActivities(
  started: ClusterEnvironment,
  { store, witness }: { store: FlagStore; witness: OfrepWitness },
): LifecycleActivities {
  const cluster = new Cluster(started.cluster);
  const helm = new Helm(cluster);
  const { release } = started.demo;
  const releases = [reconcilerRelease, release, secretsRelease, operatorRelease];

  /** A step of its own name; `work` is told the environment as its file is now. */
  const step =
    <Request extends { tell: Caller }, Answer>(
      name: string,
      work: (at: At, request: Request) => Promise<Answer>,
    ): ((request: Request) => Promise<Answer>) =>
    (request) =>
      asStep(request.tell, name, async (progress, signal) =>
        work({ environment: environmentNow(started), progress, signal }, request),
      );

  return {
    nameEnvironment: () =>
      Promise.resolve({
        environment: started.name,
        ...(isAws(started) ? { terraform: true } : {}),
        ...(started.secrets ? { secrets: true } : {}),
      }),

    preflight: step('preflight', ({ environment, progress, signal }) =>
      preflight(environment, { cluster, helm, store }, progress, signal),
    ),

    makeNamespace: step('making the namespace', async ({ progress, signal }) => ({
      made: await makeNamespace(cluster, progress, signal),
    })),

    settleRelease: step('looking for what an earlier helm left', async ({ progress, signal }) => ({
      healed: await settle(cluster, helm, release, progress, signal),
    })),

    installSecrets: step('installing what brings the secrets', async ({ environment, progress, signal }) => {
      if (await isUnderWay(Context.current().client, secretsId(environment.name))) {
        const hint = `Wait for its end, or cancel it: workflow ${secretsId(environment.name)}.`;
        throw new Problem('secrets-busy', `Secrets of ${environment.name} are being rotated or synced`, hint);
      }
      return { keys: await installSecrets(cluster, helm, environment, progress, signal) };
    }),

    installDemo: step('installing the demo', ({ environment, progress, signal }) =>
      install(cluster, helm, demoOf(environment), environment.name, progress, signal),
    ),

    installReconciler: step('installing the reconciler', async ({ environment, progress, signal }) => ({
      installed: await installReconciler(cluster, helm, environment, progress, signal),
    })),

    awaitReady: step('waiting until every workload is ready', ({ progress, signal }, { until }) =>
      awaitReady(cluster, releases, Date.parse(until), progress, signal),
    ),

    smoke: step('trying the front door and the flags', async ({ environment, progress, signal }) => {
      const services = new ClusterServices(cluster);
      try {
        const { frontDoor: url } = environment.services;
        const status = await smoke(await services.reach(url), witness, progress, signal);
        // a teardown that was broken off has left it pulled
        if ((await ifThere(store.read()))?.halted?.reason === teardownReason) await releaseLever(store);
        return { frontDoor: { url, status } };
      } finally {
        await services.close();
      }
    }),

    describeLab: step('reading the release', async () => {
      const found = await findRelease(cluster, release);
      if (!found) throw new Problem('not-ready', `Release ${release} is gone again`, 'Deploy again.');
      const server = cluster.config.getCurrentCluster()?.server ?? '';
      return { cluster: server, namespace: cluster.namespace, release: found };
    }),

    preflightTeardown: step('looking at what is there', () => preflightTeardown(cluster, helm, releases)),

    endIncidents: step('ending the incidents', async ({ progress, signal }) => {
      if (!(await ifThere(store.read()))) return { ended: [] };
      return { ended: await endIncidents(store, Context.current().client, progress, signal) };
    }),

    uninstall: step('uninstalling the releases', async ({ progress, signal }) => {
      await removeSecrets(cluster, helm, progress, signal);
      for (const name of [reconcilerRelease, release]) await uninstall(cluster, helm, name, progress, signal);
      // before the release that tells whose they are
      await removeKinds(cluster, progress);
      await uninstall(cluster, helm, operatorRelease, progress, signal);
    }),

    removeVolumes: step('removing the volumes', () => removeClaims(cluster, releases)),

    removeNamespace: step('removing the namespace', ({ progress, signal }) =>
      removeNamespace(cluster, progress, signal),
    ),

    findLeftovers: step('seeing that nothing is left', async ({ progress, signal }) => ({
      left: await leftInTheEnd(cluster, releases, await keptKinds(cluster), progress, signal),
    })),
  };
}

interface At {
  environment: ClusterEnvironment;
  progress: Progress;
  signal: AbortSignal;
}
