import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Cleanup } from '../../support/flags.ts';
import { SecretsStandIn } from '../../support/aws/stand-in.ts';
import { chart } from './demo.ts';
import { ExternalSecrets } from './external-secrets.ts';
import { Lifecycle } from './lifecycle.ts';
import { operatorChart } from './operator-chart.ts';

const prefix = 'incidentfox-test';

/** By workload: the key of its secret, and the fields that it takes. */
export const taken: Record<string, [key: string, fields: string[]]> = {
  accounting: ['postgres', ['username', 'password']],
  'astronomy-db': ['postgres', ['username', 'password']],
  grafana: ['grafana', ['admin-user', 'admin-password']],
  'product-catalog': ['postgres', ['username', 'password']],
};

interface Kept {
  metadata: { name: string; resourceVersion: string; creationTimestamp: string };
}

/** A cluster without secrets, an environment that has some, and what brings them when it is deployed. */
export class Delivery {
  readonly life: Lifecycle;
  readonly standIn: SecretsStandIn;
  readonly operator: ExternalSecrets;
  /** what is in Secrets Manager, by key */
  readonly values: Record<string, Record<string, string>>;
  readonly #environment: Record<string, unknown>;

  private constructor(parts: Pick<Delivery, 'life' | 'standIn' | 'operator' | 'values'>) {
    this.life = parts.life;
    this.standIn = parts.standIn;
    this.operator = parts.operator;
    this.values = parts.values;
    this.#environment = parse(readFileSync(parts.life.demo.environment, 'utf8')) as Record<string, unknown>;
    const { workloads } = parse(readFileSync(path.join(chart, 'values.yaml'), 'utf8')) as {
      workloads: { name: string }[];
    };
    // the real chart has a Grafana, too
    parts.life.values({ workloads: [...workloads, { name: 'grafana', port: 80 }].map(taking) });
  }

  static async up(cleanup: Cleanup): Promise<Delivery> {
    const standIn = await SecretsStandIn.up(cleanup);
    const values = {
      postgres: { username: 'otelu', password: `canaryOfPostgres${Date.now()}` },
      grafana: { 'admin-user': 'admin', 'admin-password': `canaryOfGrafana${Date.now()}` },
    };
    for (const [key, fields] of Object.entries(values)) await standIn.make(`${prefix}/${key}`, fields);
    const role = 'arn:aws:iam::123456789012:role/test';
    const source = { region: 'us-west-2', profile: null, prefix, keys: Object.keys(values), role };
    const operator = { chart: await operatorChart(cleanup), repository: null, version: null };
    const life = await Lifecycle.up(cleanup, {
      environment: { secrets: { source, operator, logins: {} } },
      env: standIn.env(),
    });
    const external = new ExternalSecrets(life.demo.plane.kubeconfig, standIn.endpoint);
    cleanup(() => external.close());
    return new Delivery({ life, standIn, operator: external, values });
  }

  /** Changes what the environment's file says of its secrets; nothing: as it was. */
  secrets(change: object = {}): void {
    const { secrets, ...others } = this.#environment;
    const file = this.life.demo.environment;
    writeFileSync(file, stringify({ ...others, secrets: { ...(secrets as object), ...change } }));
  }

  /** What the environment's file says of its secrets, unless changed. */
  file(): { source: { keys: string[] } } {
    return this.#environment['secrets'] as { source: { keys: string[] } };
  }

  kubectl = (...args: string[]): Promise<string> =>
    this.life.demo.plane.kubectl([...args, '-n', this.life.demo.namespace]);

  async list<Kind extends Kept>(kinds: string): Promise<Kind[]> {
    return (JSON.parse(await this.kubectl('get', kinds, '-o', 'json')) as { items: Kind[] }).items;
  }

  /** What the cluster has of a key. */
  async delivered(key: string): Promise<Record<string, string>> {
    const { data } = JSON.parse(await this.kubectl('get', 'secret', `${key}-credentials`, '-o', 'json')) as {
      data: Record<string, string>;
    };
    const entries = Object.entries(data).map(([name, value]) => [name, Buffer.from(value, 'base64').toString()]);
    return Object.fromEntries(entries) as Record<string, string>;
  }

  /** Everything of External Secrets that is in the cluster, and helm's records of it. */
  async left(): Promise<string> {
    const all = await this.life.demo.plane.kubectl(['get', 'crds,secrets,serviceaccounts', '-A', '-o', 'name']);
    return all
      .split('\n')
      .filter((name) => /external-secrets|incidentfox|credentials/.test(name))
      .join('\n');
  }
}

/** Deploys, which must succeed, with all secrets delivered; answers what was changed. */
export async function deployed(lab: Delivery): Promise<string> {
  const { change, exitCode, error } = await lab.life.deploy();
  expect([exitCode, error]).toEqual([0, undefined]);
  for (const [key, fields] of Object.entries(lab.values)) expect(await lab.delivered(key)).toEqual(fields);
  return change;
}

export async function nothingIsLeft(lab: Delivery): Promise<void> {
  expect(await lab.life.namespaceExists()).toBe(false);
  expect(await lab.left()).toBe('');
}

function taking(workload: { name: string }): object {
  const [key, fields = []] = taken[workload.name] ?? [];
  if (key === undefined) return workload;
  const env = fields.map((field) => {
    const name = field.toUpperCase().replace('-', '_');
    return { name, valueFrom: { secretKeyRef: { name: `${key}-credentials`, key: field } } };
  });
  return { ...workload, env };
}
