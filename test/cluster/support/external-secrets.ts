import {
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  KubernetesObjectApi,
  type KubernetesObject,
  makeInformer,
} from '@kubernetes/client-node';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { setTimeout as delay } from 'node:timers/promises';
import { type Behaviour, type ExternalSecret, kind } from './external-secret.ts';
import { reconcile } from './external-secrets-reconcile.ts';

/** After a failure it is tried again so soon, and a watch that broke is begun anew (ms). */
const again = 300;

interface List {
  items: ExternalSecret[];
}

/**
 * Does for the ExternalSecrets of a cluster what the operator does: keeps a Secret of each as Secrets Manager at `endpoint` has it.
 * It is told by watches, as the operator is, and forgets nothing that it was told while it was slow or dead.
 */
export class ExternalSecrets {
  /** so many times it has read from Secrets Manager */
  reads = 0;
  #behaviour: Behaviour = {};
  readonly #config = new KubeConfig();
  readonly #manager: SecretsManagerClient;
  readonly #stops: (() => Promise<void>)[] = [];
  /** by namespace/name: when it is looked at next */
  readonly #due = new Map<string, { at: number; timer: NodeJS.Timeout }>();
  /** what a change of is looked at; the operator's own writes to the status are not */
  readonly #seen = new Map<string, string>();
  readonly #working = new Map<string, Promise<void>>();
  #isClosed = false;

  /** `kubeconfig`: path of its own. */
  constructor(kubeconfig: string, endpoint: string) {
    this.#config.loadFromFile(kubeconfig);
    const credentials = { accessKeyId: 'operator', secretAccessKey: 'operator' };
    this.#manager = new SecretsManagerClient({ region: 'us-west-2', endpoint, credentials });
    const objects = this.#config.makeApiClient(CustomObjectsApi);
    const core = this.#config.makeApiClient(CoreV1Api);
    this.#watch(
      `/apis/${kind.group}/${kind.version}/${kind.plural}`,
      async () => (await objects.listCustomObjectForAllNamespaces(kind)) as List,
      (object) => this.#hear(object),
    );
    const labelSelector = 'reconcile.external-secrets.io/managed=true';
    this.#watch(
      '/api/v1/secrets',
      () => core.listSecretForAllNamespaces({ labelSelector }),
      ({ metadata }) => {
        const owner = metadata?.ownerReferences?.find((each) => each.kind === 'ExternalSecret');
        if (owner) this.#wake(`${metadata?.namespace}/${owner.name}`);
      },
      labelSelector,
    );
  }

  /** How it is to behave from now on; it looks at everything anew, as an operator does that has just been started. */
  behave(behaviour: Behaviour): void {
    this.#behaviour = behaviour;
    for (const key of this.#seen.keys()) this.#wake(key);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { timer } of this.#due.values()) clearTimeout(timer);
    await Promise.all([...this.#stops.map((stop) => stop()), ...this.#working.values()]);
    this.#manager.destroy();
  }

  #watch<Kind extends KubernetesObject>(
    path: string,
    list: () => Promise<{ items: Kind[] }>,
    onChange: (object: Kind) => void,
    labelSelector?: string,
  ): void {
    const informer = makeInformer<Kind>(this.#config, path, list, labelSelector);
    const begin = async (): Promise<void> => {
      // the kind may not be there yet, or the API server may be away
      while (!this.#isClosed) {
        const isOn = await informer.start().then(
          () => true,
          () => false,
        );
        if (isOn) return;
        await delay(again);
      }
    };
    informer.on('add', onChange);
    informer.on('update', onChange);
    informer.on('delete', onChange);
    informer.on('error', () => void delay(again).then(begin));
    this.#stops.push(() => informer.stop());
    void begin();
  }

  #hear({ metadata }: ExternalSecret): void {
    const key = `${metadata.namespace}/${metadata.name}`;
    const { generation, labels, annotations, deletionTimestamp } = metadata;
    const seen = JSON.stringify([metadata.uid, generation, labels, annotations, deletionTimestamp]);
    if (this.#seen.get(key) === seen) return;
    this.#seen.set(key, seen);
    this.#wake(key);
  }

  /** Looks at one in `after` ms, or sooner where that was meant already. */
  #wake(key: string, after = 0): void {
    const at = Date.now() + after;
    const known = this.#due.get(key);
    if (this.#isClosed || (known && known.at <= at)) return;
    clearTimeout(known?.timer);
    this.#due.set(key, { at, timer: setTimeout(() => this.#begin(key), after) });
  }

  #begin(key: string): void {
    this.#due.delete(key);
    if (this.#working.has(key)) return this.#wake(key, 20);
    const work = this.#work(key).finally(() => this.#working.delete(key));
    this.#working.set(key, work);
  }

  async #work(key: string): Promise<void> {
    const behaviour = this.#behaviour;
    if (behaviour.dead) return;
    const [namespace = '', name = ''] = key.split('/');
    try {
      await delay(behaviour.slow ?? 0);
      // what it was told to be meanwhile counts
      const now = this.#behaviour;
      if (now.dead || this.#isClosed) return;
      const clients = {
        objects: this.#config.makeApiClient(CustomObjectsApi),
        any: KubernetesObjectApi.makeApiClient(this.#config),
        core: this.#config.makeApiClient(CoreV1Api),
        read: (id: string, stage: string) => this.#read(id, stage),
      };
      const after = await reconcile(clients, { namespace, name }, now);
      if (after === 'gone') this.#seen.delete(key);
      else if (after !== null) this.#wake(key, after);
    } catch {
      // a conflict, or a server that is away
      this.#wake(key, again);
    }
  }

  async #read(id: string, stage: string): Promise<string> {
    this.reads += 1;
    const { SecretString } = await this.#manager.send(new GetSecretValueCommand({ SecretId: id, VersionStage: stage }));
    return SecretString ?? '';
  }
}
