import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { ClusterEnvironment } from '../../environments/load.ts';
import type { LifecycleActivities } from '../../workflows/lifecycle-contract.ts';
import { Problem } from '../../workflows/problem.ts';
import { releaseLever } from '../flags/lever.ts';
import type { FlagStore } from '../flags/store.ts';
import { Cluster } from '../kubernetes/cluster.ts';
import { Helm, type ReleaseSpec } from '../kubernetes/helm.ts';
import { helmLabels } from '../kubernetes/helm-owner.ts';
import { leftInTheEnd } from '../kubernetes/leftovers.ts';
import { findRelease, newestRevision } from '../kubernetes/look/release.ts';
import { makeNamespace, removeNamespace } from '../kubernetes/namespace.ts';
import { preflight, requireOurs, stateOf } from '../kubernetes/preflight/preflight.ts';
import { awaitReady } from '../kubernetes/ready.ts';
import { demoOf, planRelease } from '../kubernetes/release-plan.ts';
import { ClusterServices } from '../kubernetes/services.ts';
import { settle } from '../kubernetes/settle.ts';
import { smoke } from '../kubernetes/smoke.ts';
import { uninstall } from '../kubernetes/uninstall.ts';
import { removeClaims } from '../kubernetes/volumes.ts';
import type { OfrepWitness } from '../probes/ofrep.ts';
import { endIncidents, teardownReason } from './end-incidents.ts';
import { asStep, type Progress } from './step.ts';

const reconciler = 'incidentfox-reconciler';

/** The steps in which a lab in a cluster comes and goes. */
export function createLifecycleActivities(
  environment: ClusterEnvironment,
  { store, witness }: { store: FlagStore; witness: OfrepWitness },
): LifecycleActivities {
  const cluster = new Cluster(environment.cluster);
  const helm = new Helm(environment.cluster);
  const { release } = environment.demo;
  const releases = [reconciler, release];

  async function install(spec: ReleaseSpec, progress: Progress, signal: AbortSignal): Promise<void> {
    // of an earlier attempt of this very step
    await settle(cluster, helm, spec.name, progress, signal);
    await helm.upgrade(spec, helmLabels(environment.name, randomUUID()), signal, (line) => progress.line(line));
  }

  return {
    preflight: ({ tell }) =>
      asStep(tell, 'preflight', (progress, signal) =>
        preflight(environment, { cluster, helm, store }, progress, signal),
      ),

    makeNamespace: ({ tell }) =>
      asStep(tell, 'making the namespace', async (progress, signal) => ({
        made: await makeNamespace(cluster, progress, signal),
      })),

    settleRelease: ({ tell }) =>
      asStep(tell, 'looking for what an earlier helm left', async (progress, signal) => ({
        healed: await settle(cluster, helm, release, progress, signal),
      })),

    installDemo: ({ tell }) =>
      asStep(tell, 'installing the demo', (progress, signal) => install(demoOf(environment), progress, signal)),

    installReconciler: ({ tell }) =>
      asStep(tell, 'installing the reconciler', async (progress, signal) => {
        const { image } = environment.reconciler;
        if (image === null) return { installed: false };
        const inline = { image, environment };
        const chart = 'helm/reconciler';
        const spec = { name: reconciler, chart, repository: null, version: null, values: [], inline };
        const [revision, rendered] = await Promise.all([
          newestRevision(cluster, reconciler),
          helm.render(spec, signal),
        ]);
        requireOurs(reconciler, revision);
        const { change } = await planRelease(cluster, '', rendered, revision);
        if (change !== 'none') await install(spec, progress, signal);
        return { installed: change !== 'none' };
      }),

    awaitReady: ({ tell, until }) =>
      asStep(tell, 'waiting until every workload is ready', (progress, signal) =>
        awaitReady(cluster, releases, Date.parse(until), progress, signal),
      ),

    smoke: ({ tell }) =>
      asStep(tell, 'trying the front door and the flags', async (progress, signal) => {
        const services = new ClusterServices(cluster);
        try {
          const { frontDoor: url } = environment.services;
          const status = await smoke(await services.reach(url), witness, progress, signal);
          // a teardown that was broken off has left it pulled
          if ((await stateOf(store))?.halted?.reason === teardownReason) await releaseLever(store);
          return { frontDoor: { url, status } };
        } finally {
          await services.close();
        }
      }),

    describeLab: ({ tell }) =>
      asStep(tell, 'reading the release', async () => {
        const found = await findRelease(cluster, release);
        if (!found) throw new Problem('not-ready', `Release ${release} is gone again`, 'Deploy again.');
        const server = cluster.config.getCurrentCluster()?.server ?? '';
        return { cluster: server, namespace: cluster.namespace, release: found };
      }),

    preflightTeardown: ({ tell }) =>
      asStep(tell, 'looking at what is there', async () => {
        await helm.version();
        for (const name of releases) requireOurs(name, await newestRevision(cluster, name));
        return { namespace: cluster.namespace };
      }),

    endIncidents: ({ tell }) =>
      asStep(tell, 'ending the incidents', async (progress, signal) => {
        if (!(await stateOf(store))) return { ended: [] };
        return { ended: await endIncidents(store, Context.current().client, progress, signal) };
      }),

    uninstall: ({ tell }) =>
      asStep(tell, 'uninstalling the releases', async (progress, signal) => {
        const removed: string[] = [];
        for (const name of releases) removed.push(...(await uninstall(cluster, helm, name, progress, signal)));
        return { removed };
      }),

    removeVolumes: ({ tell }) =>
      asStep(tell, 'removing the volumes', async () => ({ removed: await removeClaims(cluster, releases) })),

    removeNamespace: ({ tell }) =>
      asStep(tell, 'removing the namespace', async (progress, signal) => ({
        removed: await removeNamespace(cluster, progress, signal),
      })),

    findLeftovers: ({ tell }) =>
      asStep(tell, 'seeing that nothing is left', async (progress, signal) => ({
        left: await leftInTheEnd(cluster, releases, progress, signal),
      })),
  };
}
