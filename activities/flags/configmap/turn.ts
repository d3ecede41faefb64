import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { CoordinationV1Api, type V1Lease, V1MicroTime } from '@kubernetes/client-node';
import { Problem } from '../../../workflows/problem.ts';
import { type Cluster, isAnswer } from '../../kubernetes/cluster.ts';

/** The Lease's name. */
export const turnLease = 'incidentfox-live-flags';
/** A holder that has not renewed for as long is taken for dead (s). */
const duration = 5;
/** How long to wait for a turn (ms). */
const patience = 8_000;

/**
 * Whose turn it is to change the live copy, which has no compare-and-set of its own: a Lease. Whether its holder still
 * renews is judged by our own watch, as client-go does: clocks of different machines differ.
 */
export class Turn {
  readonly #cluster: Cluster;
  readonly #self = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Runs `step` while nobody else does; it calls `renew` when it takes long. Throws Problem `lab-down` where it never is our turn. */
  async take(step: (renew: () => Promise<void>) => Promise<void>): Promise<void> {
    let lease = await this.#acquire();
    let renewedAt = performance.now();
    try {
      await step(async () => {
        if (performance.now() - renewedAt < (duration * 1_000) / 3) return;
        lease = await this.#write({ ...lease, spec: this.#spec() });
        renewedAt = performance.now();
      });
    } finally {
      const { acquireTime: _, holderIdentity: __, ...spec } = this.#spec();
      await this.#write({ ...lease, spec }).catch(() => undefined);
    }
  }

  async #acquire(): Promise<V1Lease> {
    const end = performance.now() + patience;
    let seen: { version: string | undefined; at: number } = { version: undefined, at: performance.now() };
    for (;;) {
      const lease = await this.#read();
      const version = lease.metadata?.resourceVersion;
      if (seen.version !== version) seen = { version, at: performance.now() };
      const isFree = !lease.spec?.holderIdentity || performance.now() - seen.at > duration * 1_000;
      try {
        if (isFree) return await this.#write({ ...lease, spec: this.#spec() });
      } catch (error) {
        if (!isAnswer(error, 409)) throw error;
      }
      if (performance.now() > end) {
        const holder = lease.spec?.holderIdentity ?? 'somebody else';
        throw new Problem(
          'lab-down',
          `${holder} is changing the live flags and does not come to an end`,
          'Wait; it is tried again.',
        );
      }
      await delay(50 + Math.random() * 100);
    }
  }

  async #read(): Promise<V1Lease> {
    const { namespace } = this.#cluster;
    const use = <T>(call: (api: CoordinationV1Api) => Promise<T>): Promise<T> =>
      this.#cluster.use(CoordinationV1Api, call);
    try {
      return await use((api) => api.readNamespacedLease({ name: turnLease, namespace }));
    } catch (error) {
      if (!isAnswer(error, 404)) throw error;
    }
    const labels = { 'app.kubernetes.io/managed-by': 'incidentfox' };
    const body = { metadata: { name: turnLease, namespace, labels }, spec: {} };
    return await use((api) => api.createNamespacedLease({ namespace, body })).catch(async (error: unknown) => {
      if (!isAnswer(error, 409)) throw error;
      return await use((api) => api.readNamespacedLease({ name: turnLease, namespace }));
    });
  }

  async #write(body: V1Lease): Promise<V1Lease> {
    const { namespace } = this.#cluster;
    return await this.#cluster.use(CoordinationV1Api, (api) =>
      api.replaceNamespacedLease({ name: turnLease, namespace, body }),
    );
  }

  #spec(): V1Lease['spec'] & object {
    const now = new V1MicroTime();
    return { holderIdentity: this.#self, leaseDurationSeconds: duration, acquireTime: now, renewTime: now };
  }
}
