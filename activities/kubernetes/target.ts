import type { ClusterEnvironment } from '../../environments/load.ts';
import { FlagUi } from '../flags/configmap/flag-ui.ts';
import { LiveFlags } from '../flags/configmap/live.ts';
import { FlagdPods } from '../flags/configmap/pods.ts';
import { ConfigMapFlagStore } from '../flags/configmap/store.ts';
import { Turn } from '../flags/configmap/turn.ts';
import { OfrepWitness } from '../probes/ofrep.ts';
import { PrometheusIndicators } from '../probes/prometheus.ts';
import type { Target } from '../dependencies.ts';
import { Cluster } from './cluster.ts';
import { ClusterServices } from './services.ts';

/** Opens the lab in a cluster: flags and ledger in its ConfigMap, its services behind the API server. */
export async function openCluster(environment: ClusterEnvironment, now: () => number): Promise<Target> {
  const { flags, services: addresses } = environment;
  const cluster = new Cluster(environment.cluster);
  const services = new ClusterServices(cluster);
  const witness = new OfrepWitness(await services.reach(addresses.ofrep), now);
  const live = new LiveFlags({
    markers: () => witness.markers(),
    ui: new FlagUi(() => services.reach(addresses.flagUi)),
    pods: new FlagdPods(cluster, new URL(addresses.ofrep).hostname, Number(new URL(addresses.flagUi).port)),
    turn: new Turn(cluster),
  });
  const store = new ConfigMapFlagStore(cluster, flags.location, live);
  return {
    store,
    witness,
    indicators: new PrometheusIndicators(() => services.reach(addresses.prometheus)),
    close: async () => {
      await store.close();
      await services.close();
    },
  };
}
