import { ApiException } from '@kubernetes/client-node';
import type { ClusterEnvironment } from '../../../environments/load.ts';
import { type ErrorDocument, Problem, type ProblemCode } from '../../../workflows/problem.ts';
import type { StoreState } from '../../flags/state.ts';
import type { FlagStore } from '../../flags/store.ts';
import { Cluster, messageOf } from '../cluster.ts';
import { type Endpoint, findEndpoints, type LocalPorts } from './endpoints.ts';
import { findRelease, type Release } from './release.ts';
import { findSecrets, type SyncedSecret } from './secrets.ts';
import { findWorkloads, type Workload } from './workloads.ts';

/** What was found, or why it could not be looked at. */
export type Part<T> = T | ErrorDocument;

/** A lab in a cluster at a glance. */
export interface Look {
  release: Part<Release | null>;
  workloads: Part<Workload[]>;
  endpoints: Part<Endpoint[]>;
  secrets: Part<SyncedSecret[] | null>;
  state: Part<StoreState>;
}

/**
 * Looks at all parts at once; one that is missing or forbidden says so and leaves the rest. Throws Problem
 * `cluster-unreachable`.
 */
export async function look(environment: ClusterEnvironment, store: FlagStore, ports: LocalPorts): Promise<Look> {
  const cluster = new Cluster(environment.cluster);
  const [release, workloads, endpoints, secrets, state] = await Promise.all([
    part(findRelease(cluster, environment.demo.release)),
    part(findWorkloads(cluster)),
    part(findEndpoints(cluster, environment.services, ports)),
    part(findSecrets(cluster)),
    part(store.read()),
  ]);
  return { release, workloads, endpoints, secrets, state };
}

const away = new Set<ProblemCode>(['cluster-unreachable', 'bad-kubeconfig']);

async function part<T>(found: Promise<T>): Promise<Part<T>> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof Problem && !away.has(error.code)) return error.document;
    if (error instanceof ApiException) {
      return new Problem('internal', `The cluster answers: ${messageOf(error)}`, 'Look again in a moment.').document;
    }
    throw error;
  }
}

export function isMissing<T>(value: Part<T>): value is ErrorDocument {
  return typeof value === 'object' && value !== null && 'error' in value;
}
