import { setTimeout as delay } from 'node:timers/promises';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { CoreV1Api } from '@kubernetes/client-node';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { secretsRelease } from '../../../activities/secrets/external-secret.ts';
import type { Progress } from '../../../workflows/lifecycle-contract.ts';
import type { SecretWork } from '../../../workflows/secrets-contract.ts';
import { expect } from 'vitest';
import type { Cleanup } from '../../support/flags.ts';
import { Postgres } from '../../support/postgres/postgres.ts';
import { SecretsStandIn } from '../../support/aws/stand-in.ts';
import { installExternalSecretsKinds } from './external-secrets-kinds.ts';
import { ExternalSecrets } from './external-secrets.ts';
import { Lifecycle } from './lifecycle.ts';
import { databaseName, workloads } from './secrets-workloads.ts';

const prefix = 'incidentfox-test';
export const user = 'shop';

/** A lab's secrets as a whole: Secrets Manager's stand-in, what brings them, workloads that take them, and a real database. */
export class SecretsRig {
  readonly life: Lifecycle;
  readonly operator: ExternalSecrets;
  readonly postgres: Postgres;
  readonly client: Client;
  readonly manager: SecretsManagerClient;
  /** every password that there ever was */
  readonly passwords: string[] = [];
  #count = 0;

  private constructor(parts: Pick<SecretsRig, 'life' | 'operator' | 'postgres' | 'client' | 'manager'>) {
    this.life = parts.life;
    this.operator = parts.operator;
    this.postgres = parts.postgres;
    this.client = parts.client;
    this.manager = parts.manager;
  }

  static async up(cleanup: Cleanup): Promise<SecretsRig> {
    const standIn = await SecretsStandIn.up(cleanup);
    const first = { postgres: `canaryPostgres${Date.now()}Aa`, grafana: `canaryGrafana${Date.now()}Aa` };
    await standIn.make(`${prefix}/postgres`, { username: user, password: first.postgres });
    await standIn.make(`${prefix}/grafana`, { 'admin-user': 'admin', 'admin-password': first.grafana });
    const role = 'arn:aws:iam::123456789012:role/test';
    const source = { region: 'us-west-2', profile: null, prefix, keys: ['grafana', 'postgres'], role };
    const logins = { postgres: `postgresql://${databaseName}:5432/astronomy_db` };
    const life = await Lifecycle.up(cleanup, {
      environment: { secrets: { source, operator: null, logins } },
      env: standIn.env(),
    });
    const { plane, namespace } = life.demo;
    const postgres = await Postgres.up(cleanup, { port: plane.podPorts.database });
    await installExternalSecretsKinds(plane);
    await plane.kubectl(['create', 'namespace', namespace]);
    const operator = new ExternalSecrets(plane.kubeconfig, standIn.endpoint);
    cleanup(() => operator.close());
    const names = source.keys.map((key) => `--set=secrets.${key}=${prefix}/${key}`);
    const values = [`--set=region=us-west-2`, `--set=role=${role}`, ...names];
    await plane.helm('install', secretsRelease, 'helm/secrets', '-n', namespace, ...values);
    await plane.kubectl(['create', '-n', namespace, '-f', '-'], JSON.stringify(workloads()));
    const connection = await Connection.connect({ address: life.lab.at.temporal.address });
    cleanup(() => connection.close());
    const rig = new SecretsRig({
      life,
      operator,
      postgres,
      client: new Client({ connection }),
      manager: standIn.client,
    });
    rig.passwords.push(...Object.values(first));
    const stop = new AbortController();
    const playing = rig.#playDatabase(stop.signal);
    cleanup(async () => {
      stop.abort();
      await playing;
    });
    return rig;
  }

  kubectl = (...args: string[]): Promise<string> =>
    this.life.demo.plane.kubectl([...args, '-n', this.life.demo.namespace]);

  async start(work: SecretWork, input: object = {}): Promise<WorkflowHandle> {
    this.#count += 1;
    const taskQueue = 'incidentfox-kubernetes';
    return await this.client.workflow.start(work, { taskQueue, workflowId: `${work}-${this.#count}`, args: [input] });
  }

  async run<Result>(work: SecretWork, input: object = {}): Promise<Result> {
    return (await (await this.start(work, input)).result()) as Result;
  }

  async shown(handle: WorkflowHandle): Promise<Progress> {
    return await handle.query<Progress>('progress');
  }

  /** Another version of a secret, made by somebody else. */
  async put(key: string, fields: Record<string, string>): Promise<string> {
    this.passwords.push(...Object.values(fields).filter((value) => value.length > 12));
    const SecretString = JSON.stringify(fields);
    const made = await this.manager.send(new PutSecretValueCommand({ SecretId: `${prefix}/${key}`, SecretString }));
    return made.VersionId ?? '';
  }

  /** What Secrets Manager has: the current version, its password, and whether anything is left pending. */
  async current(): Promise<{ version: string; password: string; marks: string[] }> {
    const SecretId = `${prefix}/postgres`;
    const { VersionId = '', SecretString = '{}' } = await this.manager.send(
      new GetSecretValueCommand({ SecretId, VersionStage: 'AWSCURRENT' }),
    );
    const { VersionIdsToStages = {} } = await this.manager.send(new DescribeSecretCommand({ SecretId }));
    const { password = '' } = JSON.parse(SecretString) as { password?: string };
    if (!this.passwords.includes(password)) this.passwords.push(password);
    return { version: VersionId, password, marks: Object.values(VersionIdsToStages).flat() };
  }

  /** The password that the cluster has. */
  async delivered(): Promise<string> {
    const path = 'jsonpath={.data.password}';
    return Buffer.from(await this.kubectl('get', 'secret', 'postgres-credentials', '-o', path), 'base64').toString();
  }

  /** By the API server's clock: since when the cluster's version is known, and when the pods of its consumers were made. */
  async times(): Promise<{ known: number; pods: number[] }> {
    const text = await this.kubectl('get', 'externalsecret', 'postgres', '-o', 'json', '--show-managed-fields');
    const { metadata } = JSON.parse(text) as { metadata: { managedFields: { manager: string; time: string }[] } };
    const known = metadata.managedFields.find(({ manager }) => manager === 'incidentfox-secrets')?.time ?? '';
    const pods = await this.kubectl('get', 'pods', '-l', 'takes=postgres', '-o', 'json');
    const { items } = JSON.parse(pods) as {
      items: { metadata: { creationTimestamp: string; deletionTimestamp?: string } }[];
    };
    const own = items.filter(({ metadata: { deletionTimestamp } }) => deletionTimestamp === undefined);
    return { known: Date.parse(known), pods: own.map((pod) => Date.parse(pod.metadata.creationTimestamp)) };
  }

  /** A password that is proposed, and may be taken back before anybody else asks for it. */
  async #noteProposed(): Promise<void> {
    const command = new GetSecretValueCommand({ SecretId: `${prefix}/postgres`, VersionStage: 'AWSPENDING' });
    const found = await this.manager.send(command).catch(() => undefined);
    const { password = '' } = JSON.parse(found?.SecretString ?? '{}') as { password?: string };
    if (password !== '' && !this.passwords.includes(password)) this.passwords.push(password);
  }

  /** The uid of a pod of the database; empty where it has none. */
  async #databasePod(): Promise<string> {
    const { cluster } = this.life;
    const request = { namespace: cluster.namespace, labelSelector: `app=${databaseName}` };
    const { items } = await cluster.use(CoreV1Api, (api) => api.listNamespacedPod(request));
    return items.at(-1)?.metadata?.uid ?? '';
  }

  /** A database without a volume: each new pod of it makes it anew, with what the cluster's Secret holds then. */
  async #playDatabase(signal: AbortSignal): Promise<void> {
    let played = '';
    while (!signal.aborted) {
      await this.#noteProposed();
      const uid = await this.#databasePod().catch(() => played);
      if (uid !== '' && uid !== played) {
        const password = await this.delivered().catch(() => '');
        if (password !== '') {
          await this.postgres.know(user, password).catch(() => undefined);
          played = uid;
        }
      }
      await delay(250, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** All who have to do with it have the current version, and no other is left. Answers that version. */
export async function settled(rig: SecretsRig): Promise<string> {
  const { version, password, marks } = await rig.current();
  expect(marks).not.toContain('AWSPENDING');
  expect(await rig.delivered()).toBe(password);
  const others = rig.passwords.filter((each) => each !== password);
  expect([await rig.postgres.accepts(user, password), others.length > 0]).toEqual([true, true]);
  for (const other of others) expect(await rig.postgres.accepts(user, other)).toBe(false);
  const { known, pods } = await rig.times();
  expect(pods.length).toBeGreaterThan(3);
  expect(pods.filter((made) => made <= known)).toEqual([]);
  return version;
}
