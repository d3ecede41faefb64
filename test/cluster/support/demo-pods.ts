import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CoreV1Api, type V1Pod } from '@kubernetes/client-node';
import Fastify, { type FastifyInstance } from 'fastify';
import { type Child, start } from '../../../activities/command.ts';
import { Cluster } from '../../../activities/kubernetes/cluster.ts';
import { projectRoot } from '../../../environments/root.ts';
import type { Cleanup } from '../../support/flags.ts';
import type { ControlPlane } from './control-plane.ts';
import { playFlagUi } from './flag-ui.ts';

/**
 * What runs in the flagd pod that is ready: the real flag daemon and, where the pod has it, flagd-ui, on a copy of the ConfigMap
 * that is made anew for each pod, as its init container does.
 */
export class DemoPods {
  readonly #plane: ControlPlane;
  // a kubectl for each look would take a good part of a core
  readonly #cluster: Cluster;
  readonly #stop = new AbortController();
  #running: { uid: string; daemon: Child; ui: FastifyInstance | undefined } | undefined;

  constructor(plane: ControlPlane, namespace: string, cleanup: Cleanup) {
    this.#plane = plane;
    this.#cluster = new Cluster({ context: null, namespace, kubeconfig: plane.kubeconfig });
    const playing = this.#play();
    const shop = playFrontDoor(plane.podPorts.frontDoor);
    cleanup(async () => {
      this.#stop.abort();
      await playing;
      await (await shop).close();
      await this.#end();
    });
  }

  /** Name of the pod whose daemon runs. */
  get pod(): string | undefined {
    return this.#running?.uid;
  }

  async #play(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      // the API server may just have been killed
      await this.#look().catch(() => undefined);
      await delay(250, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    const { namespace } = this.#cluster;
    const request = { namespace, labelSelector: 'app.kubernetes.io/name=flagd' };
    const { items } = await this.#cluster.use(CoreV1Api, (api) => api.listNamespacedPod(request));
    const pod = items.find(isReady);
    const uid = pod?.metadata?.uid;
    if (uid === this.#running?.uid) return;
    await this.#end();
    if (!pod || uid === undefined) return;
    const file = path.join(this.#plane.directory, 'pods', uid, 'demo.flagd.json');
    mkdirSync(path.dirname(file), { recursive: true });
    const { data = {} } = await this.#cluster.use(CoreV1Api, (api) =>
      api.readNamespacedConfigMap({ namespace, name: 'flagd-config' }),
    );
    writeFileSync(file, data['demo.flagd.json'] ?? '');
    const { ofrep, ui } = this.#plane.podPorts;
    const args = [path.join(projectRoot, 'dist/lab/flagd/main.js'), '--port', String(ofrep), '--file', file];
    const hasUi = pod.spec?.containers.some(({ name }) => name === 'flagd-ui');
    this.#running = {
      uid,
      daemon: start(process.execPath, args),
      ui: hasUi ? await playFlagUi(file, ui) : undefined,
    };
  }

  async #end(): Promise<void> {
    const { daemon, ui } = this.#running ?? {};
    this.#running = undefined;
    daemon?.kill('SIGKILL');
    await Promise.all([daemon, ui?.close()]);
  }
}

/** The shop, as far as a look through its front door goes. */
async function playFrontDoor(port: number): Promise<FastifyInstance> {
  const app = Fastify({ forceCloseConnections: true });
  app.get('/', () => 'the shop');
  await app.listen({ host: '127.0.0.1', port });
  return app;
}

function isReady({ metadata, status }: V1Pod): boolean {
  const ready = status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True');
  return ready === true && metadata?.deletionTimestamp === undefined;
}
