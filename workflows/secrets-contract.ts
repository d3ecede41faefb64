import type { Caller } from './lifecycle-contract.ts';

/**
 * Secrets, on the wire: workflows `secretSync` and `rotate` with Query `progress` as of a life cycle. The work is done by a child,
 * workflow `secrets` with the id `secrets-<environment>`, so that only one can be under way. Additive only. Names, versions and
 * times are told; values never are.
 */
export const secretTypes = { sync: 'secretSync', rotate: 'rotate', child: 'secrets' } as const;

export type SecretWork = 'secretSync' | 'rotate';

/** Ids that our client starts them with, and that of the child, which is the environment's lock. */
export function secretSyncId(environment: string): string {
  return `secret-sync-${environment}`;
}
export function rotateId(environment: string): string {
  return `secret-rotate-${environment}`;
}
export function secretsId(environment: string): string {
  return `${secretTypes.child}-${environment}`;
}

/** What both take: keys of secrets, such as `postgres`; all where it is left out. */
export interface SecretsRequest {
  secrets?: string[];
}

/** A workload whose pods take a secret into their environment or mount it. */
export interface Consumer {
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  name: string;
}

/** A secret that is in step: the cluster has the current version, and so have all that consume it. */
export interface SyncedSecret {
  key: string;
  /** its id in Secrets Manager */
  version: string;
  /** when that was made, ISO 8601 */
  changedAt: string;
  /** whether External Secrets had to be told to look again; null where there is no cluster */
  refreshed: boolean | null;
  consumers: (Consumer & { restarted: boolean })[];
}

export interface SyncResult {
  environment: string;
  secrets: SyncedSecret[];
}

export interface RotatedSecret extends SyncedSecret {
  previous: string;
  /** where a login with the new password was made; null where none is known */
  provenAt: string | null;
}

/** A rotation that could not be proven was taken back, and fails with `rotation-failed`. */
export interface RotateResult {
  environment: string;
  secrets: RotatedSecret[];
}

type Told<T = object> = T & { tell: Caller };

/** Each may be killed and run again at any point. */
export interface SecretActivities {
  /** refuses (`no-secrets`) where the environment has none */
  nameSecretLab(): Promise<{ environment: string }>;
  /** Which keys there are, of those asked for: `unknown-secret`. Looks first: `operator-missing`; `lifecycle-busy` for a rotation. */
  chooseSecrets(request: Told<{ work: SecretWork; secrets?: string[] }>): Promise<{ keys: string[] }>;
  /**
   * Waits until the cluster has the current version, telling External Secrets to look again where it has not. `stale`: consumers
   * of which a pod is older than that, the one where people log in with it first.
   */
  bringIntoStep(
    request: Told<{ key: string }>,
  ): Promise<Omit<SyncedSecret, 'consumers'> & { consumers: Consumer[]; stale: Consumer[] }>;
  /** Replaces the pods of a workload and waits until it is ready; `at` (ISO 8601) marks this restart, so that it is made once. */
  restartConsumer(request: Told<{ key: string; consumer: Consumer; at: string }>): Promise<void>;
  /** Makes a version with another password, which is not the current one yet; `version` (a UUID) is its id, so that it is made once. */
  proposeVersion(request: Told<{ key: string; version: string }>): Promise<{ current: string }>;
  /**
   * Has the database take the password of version `to`, where one is known; it may have that of `from` or of `to`. `changed`: it has that of
   * `to` now; false where a place learns its password only at a restart, or none is known.
   */
  changeLogin(request: Told<{ key: string; from: string; to: string }>): Promise<{ changed: boolean }>;
  /** Logs in with the password of a version; null where no place is known to do so. Throws `login-failed`. */
  proveLogin(request: Told<{ key: string; version: string }>): Promise<{ provenAt: string | null }>;
  /** Makes `version` the current one instead of `instead`, which becomes the previous. Refused (`secrets-busy`) where a third one is. */
  promoteVersion(request: Told<{ key: string; version: string; instead: string }>): Promise<void>;
  /** Takes every mark off a version that is not to be, so that Secrets Manager forgets it. */
  dropVersion(request: Told<{ key: string; version: string }>): Promise<void>;
}
