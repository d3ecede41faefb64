import { setTimeout as delay } from 'node:timers/promises';
import { CoreV1Api, type V1ConfigMap } from '@kubernetes/client-node';
import { Problem } from '../../../workflows/problem.ts';
import { type Cluster, isAnswer } from '../../kubernetes/cluster.ts';
import { ChangeQueue, type Pending, runSteps } from '../changes.ts';
import { FlagDocument, requireNoWorse } from '../document.ts';
import { bounded, formatLedger, type Ledger, newLedger, parseLedger } from '../ledger.ts';
import { type Change, StoreState } from '../state.ts';
import type { FlagStore } from '../store.ts';
import type { LiveFlags } from './live.ts';
import { adoptRelease, fieldManager, ownsFlags, withoutOwnership } from './ownership.ts';

/** An object may have 1 MiB; the flags are in it, too, and a release's own keys (bytes). */
const ledgerLimit = 400_000;

/**
 * Flags and ledger in one ConfigMap, changed by compare-and-set on its `resourceVersion`. The flag daemon in the cluster
 * works on a copy that its pod made when it started; `live` brings that one in line.
 */
export class ConfigMapFlagStore implements FlagStore {
  readonly location: string;
  /** where flagd-ui is missing, the daemon's pod is replaced, which takes a while */
  readonly visibleWithin = 60_000;
  readonly #cluster: Cluster;
  readonly #live: LiveFlags;
  readonly #name: string;
  readonly #key: string;
  readonly #changes = new ChangeQueue((batch) => this.#commit(batch));
  readonly #documents = remembered((text: string) => new FlagDocument(text));
  readonly #ledgers = remembered((text: string) => parseLedger(text, this.location));
  #publishing: Promise<void> = Promise.resolve();
  #identity: string | undefined;

  /** `location`: `<ConfigMap>/<key>`, in the cluster's namespace. */
  constructor(cluster: Cluster, location: string, live: LiveFlags) {
    const [name = '', key = ''] = location.split('/');
    this.#cluster = cluster;
    this.#live = live;
    this.#name = name;
    this.#key = key;
    this.location = `ConfigMap ${cluster.namespace}/${name} (${key})`;
  }

  async read(): Promise<StoreState> {
    return (await this.#look()).state;
  }

  async checkWritable(): Promise<void> {
    await this.#replace(await this.#get(), 'All').catch((error: unknown) => {
      // somebody else was quicker, so it can be written
      if (!isAnswer(error, 409)) throw error;
    });
  }

  async identify(): Promise<string> {
    const { data } = await this.#get();
    const written = data?.[this.#ledgerKey];
    if (written !== undefined) return this.#ledgers(written).lab;
    // the lever as it is: a change of the ledger that changes nothing in it
    return await this.change((state) => ({ lever: state.halted, answer: state.lab }));
  }

  change<T>(step: (state: StoreState) => Change<T>): Promise<T> {
    return this.#changes.add(step);
  }

  /** Calls made while one is under way share the next. */
  publish(): Promise<void> {
    const next = this.#publishing.catch(() => undefined).then(() => this.#publish());
    this.#publishing = next;
    return next;
  }

  /** Waits for what changes have begun to publish: until then the connections are needed. */
  async close(): Promise<void> {
    await this.#publishing.catch(() => undefined);
  }

  async #publish(): Promise<void> {
    const { object } = await this.#look();
    await this.#live.settle(this);
    if (!ownsFlags(object, this.#key)) return;
    await this.#replace(withoutOwnership(await this.#get())).catch((error: unknown) => {
      // the next round sees to it
      if (!isAnswer(error, 409)) throw error;
    });
  }

  async #commit(batch: Pending[]): Promise<void> {
    let suspicious = false;
    for (;;) {
      const { object, state } = await this.#look();
      adoptRelease(state, object, this.#key);
      const settle = runSteps(batch, state, this.location, suspicious);
      try {
        const next = this.#next(object, state);
        if (next) await this.#replace(next);
        settle();
        // whoever asked need not wait for it; what goes wrong is tried again by every reconciler
        if (next) void this.publish().catch(() => undefined);
        return;
      } catch (error) {
        if ((error as { code?: unknown }).code === 'flags-invalid' && !suspicious) suspicious = true;
        else if (!isAnswer(error, 409)) throw error;
        else await delay(Math.random() * 30);
      }
    }
  }

  /** The object with what the changes made of it; undefined where they made nothing. */
  #next(object: V1ConfigMap, state: StoreState): V1ConfigMap | undefined {
    const { document, ledger } = state.outcome(Date.now());
    if (!document && !ledger) return undefined;
    if (document) requireNoWorse(document, state.document, this.location);
    const data = { ...object.data };
    if (document) data[this.#key] = document.text;
    if (ledger) data[this.#ledgerKey] = formatLedger(bounded(ledger, ledgerLimit));
    return { ...object, data };
  }

  async #look(): Promise<{ object: V1ConfigMap; state: StoreState }> {
    const object = await this.#get();
    const { [this.#key]: text, [this.#ledgerKey]: written } = object.data ?? {};
    const ledger: Ledger = written === undefined ? newLedger(await this.#labId()) : this.#ledgers(written);
    const document = (): FlagDocument => {
      if (text === undefined) throw missing(`${this.location} has no such key`);
      return this.#documents(text);
    };
    return { object, state: new StoreState(document, ledger) };
  }

  async #get(): Promise<V1ConfigMap> {
    const { namespace } = this.#cluster;
    try {
      return await this.#cluster.use(CoreV1Api, (api) => api.readNamespacedConfigMap({ name: this.#name, namespace }));
    } catch (error) {
      throw isAnswer(error, 404) ? missing(`There is no ${this.location}`) : error;
    }
  }

  async #replace(body: V1ConfigMap, dryRun?: 'All'): Promise<void> {
    const { namespace } = this.#cluster;
    const request = { name: this.#name, namespace, body, fieldManager, ...(dryRun ? { dryRun } : {}) };
    await this.#cluster.use(CoreV1Api, (api) => api.replaceNamespacedConfigMap(request));
  }

  /** What the lab is known by: the cluster, by the one UID in it that never changes, and the namespace. */
  async #labId(): Promise<string> {
    this.#identity ??= (await this.#cluster.use(CoreV1Api, (api) => api.readNamespace({ name: 'kube-system' })))
      .metadata?.uid;
    return `${this.#identity}/${this.#cluster.namespace}`;
  }

  get #ledgerKey(): string {
    return `${this.#key}.ledger.json`;
  }
}

function missing(message: string): Problem {
  return new Problem('flags-missing', message, 'Deploy the demo first: npm run deploy -- --environment <name>');
}

/** Parses a text once for as long as it stays the same. */
function remembered<T>(parse: (text: string) => T): (text: string) => T {
  let last: { text: string; value: T } | undefined;
  return (text) => {
    if (last?.text !== text) last = { text, value: parse(text) };
    return last.value;
  };
}
