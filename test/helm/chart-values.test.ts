import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { V1ConfigMap, V1Deployment, V1NetworkPolicy } from '@kubernetes/client-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { run } from '../../activities/command.ts';
import { objectsIn, type Rendered } from '../../activities/kubernetes/helm.ts';
import { loadEnvironment } from '../../environments/load.ts';
import { projectRoot } from '../../environments/root.ts';
import { parseDuration } from '../../workflows/duration.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { kubernetesClients } from '../support/kubernetes-clients.ts';

const cleanup = fileCleanup();
const labChart = path.join(projectRoot, 'helm/incidentfox');
let directory: string;
let program: string;

const environmentOf = (name: string) =>
  parse(readFileSync(path.join(projectRoot, 'environments', `${name}.yaml`), 'utf8')) as Record<string, unknown>;
const environment = environmentOf('kubernetes');
const image = 'example.invalid/incidentfox:0.1.0';
const given = { global: { image, environment }, temporal: { address: 'temporal.temporal:7233' } };

beforeAll(async () => {
  directory = await temporaryDirectory(cleanup);
  program = (await kubernetesClients()).helm;
});

/** Runs a command of helm on the chart with those values. Throws what helm says. */
async function helm(command: string[], values: object, namespace = 'otel-demo', chart = labChart): Promise<string> {
  const file = path.join(directory, 'values.json');
  writeFileSync(file, JSON.stringify(values));
  const args = [...command, chart, '--namespace', namespace, '--values', file];
  const env = { HELM_CACHE_HOME: directory, HELM_CONFIG_HOME: directory };
  return await run(program, args, { env }).then(
    ({ stdout }) => stdout,
    ({ stderr }: { stderr: string }) => Promise.reject(new Error(stderr)),
  );
}

async function rendered(values: object, chart = labChart): Promise<Rendered[]> {
  return objectsIn(await helm(['template', 'lab'], values, 'otel-demo', chart));
}

function named<T>(objects: Rendered[], kind: string, name: string): T {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (!found) throw new Error(`there is no ${kind} ${name}`);
  return found as T;
}

it.each([
  ['the chart', labChart],
  ['its reconciler alone', path.join(labChart, 'charts/reconciler')],
])('lint has nothing to say of %s', async (_what, chart) => {
  const values = chart === labChart ? given : { global: given.global };
  expect(await helm(['lint', '--strict'], values, 'otel-demo', chart)).toContain('0 chart(s) failed');
});

describe('is refused', () => {
  const { temporal } = given;
  const { secrets } = environmentOf('aws');
  it.each<[string, object, string]>([
    ['no image', { global: { environment } }, 'Set global.image to an image of this project'],
    ['no environment', { global: { image } }, 'Set global.environment to what your environment file says'],
    ['no server', { temporal: { address: '' } }, 'Set temporal.address to the host:port'],
    ['the pod itself as the server', { temporal: { address: '127.0.0.1:7233' } }, 'is the pod itself'],
    ['a server without a port', { temporal: { address: 'temporal' } }, "at '/temporal/address'"],
    [
      'an environment of files',
      { global: { image, environment: environmentOf('embedded') } },
      "missing properties 'cluster', 'services'",
    ],
    [
      'a second reconciler',
      { global: { image, environment: { ...environment, reconciler: { image } } } },
      'This chart has the reconciler already',
    ],
    [
      'two identities',
      { temporal: { ...temporal, apiKey: { secret: 'a' }, tls: { secret: 'b' } } },
      'two ways to say who you are',
    ],
    [
      'half a certificate',
      { temporal: { ...temporal, tls: { secret: 'b', key: '' } } },
      'temporal.tls.cert and temporal.tls.key',
    ],
    ['an authority in no secret', { temporal: { ...temporal, tls: { ca: 'ca.crt' } } }, 'need temporal.tls.secret'],
    ['half a version', { versioning: { deployment: 'lab' } }, 'versioning.deployment needs versioning.build'],
    [
      'a cluster made from inside itself',
      { global: { image, environment: environmentOf('aws') }, lifecycle: { deploys: true } },
      'a cluster cannot be made or torn down from inside itself',
    ],
    [
      'rights of an operator',
      { global: { image, environment: { ...environment, secrets } }, lifecycle: { deploys: true } },
      'take all the rights that it has',
    ],
    ['an unknown value', { replicas: 3 }, "additional properties 'replicas' not allowed"],
    ['an unknown global', { global: { ...given.global, tag: '1' } }, "additional properties 'tag' not allowed"],
    ['an unknown value of a worker', { rollback: { deploys: true } }, "additional properties 'deploys' not allowed"],
    [
      'an unknown value of the reconciler',
      { reconciler: { replicas: 2 } },
      "additional properties 'replicas' not allowed",
    ],
    ['no rollback worker', { rollback: { replicas: 0 } }, "at '/rollback/replicas': minimum: got 0, want 1"],
    ['fewer than none', { lifecycle: { replicas: -1 } }, "at '/lifecycle/replicas': minimum: got -1, want 1"],
    ['half a replica', { lifecycle: { replicas: 1.5 } }, "at '/lifecycle/replicas': got number, want integer"],
    [
      'words for a number',
      { rollback: { shutdownGraceSeconds: '3m' } },
      "at '/rollback/shutdownGraceSeconds': got string",
    ],
    ['no grace', { rollback: { shutdownGraceSeconds: 1 } }, "at '/rollback/shutdownGraceSeconds': minimum"],
    ['a number for an image', { global: { image: 1, environment } }, "at '/global/image': got number, want string"],
    ['a namespace that is none', { networkPolicy: { metricsFrom: ['A b'] } }, "at '/networkPolicy/metricsFrom/0'"],
  ])('%s', async (_what, values, reason) => {
    await expect(helm(['template', 'lab'], { ...given, ...values })).rejects.toThrow(reason);
  });

  it("another namespace than the environment's", async () => {
    const wrong = helm(['template', 'lab'], given, 'elsewhere');
    await expect(wrong).rejects.toThrow('The lab is in namespace otel-demo, the release in elsewhere: install it with');
  });
});

it('a pod is given longer than what runs in it', async () => {
  const objects = await rendered(given);
  for (const queue of ['lifecycle', 'rollback']) {
    const { spec } = named<V1Deployment>(objects, 'Deployment', `lab-${queue}`);
    const pod = spec?.template.spec;
    const grace = pod?.containers[0]?.env?.find(({ name }) => name === 'INCIDENTFOX_SHUTDOWN_GRACE')?.value;
    // as the worker reads it; helm, interrupted, is given 20 s before it is ended by force
    expect((pod?.terminationGracePeriodSeconds ?? 0) * 1_000 - parseDuration(grace)).toBeGreaterThan(20_000);
    expect(spec?.strategy?.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
  }
});

it('who asks for a versioned worker, TLS, keys and traces gets them, in the workers alone', async () => {
  const objects = await rendered({
    ...given,
    temporal: { ...given.temporal, namespace: 'team', tls: { secret: 'mtls', ca: 'ca.crt', serverName: 'temporal' } },
    versioning: { deployment: 'incidentfox', build: '0.1.0-7' },
    codecKeys: { secret: 'codec' },
    tracing: { endpoint: 'http://otel-collector:4318' },
  });
  const variables = (name: string): Record<string, string | undefined> => {
    const { spec } = named<V1Deployment>(objects, 'Deployment', name);
    const env = spec?.template.spec?.containers[0]?.env ?? [];
    return Object.fromEntries(env.map((each) => [each.name, each.value]));
  };
  const connection = {
    TEMPORAL_ADDRESS: 'temporal.temporal:7233',
    TEMPORAL_NAMESPACE: 'team',
    TEMPORAL_TLS_CLIENT_CERT_PATH: '/etc/temporal-tls/tls.crt',
    TEMPORAL_TLS_CLIENT_KEY_PATH: '/etc/temporal-tls/tls.key',
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/etc/temporal-tls/ca.crt',
    TEMPORAL_TLS_SERVER_NAME: 'temporal',
    INCIDENTFOX_CODEC_KEYS: '/etc/codec/codec-keys.yaml',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel-collector:4318',
  };
  const version = { TEMPORAL_DEPLOYMENT_NAME: 'incidentfox', TEMPORAL_WORKER_BUILD_ID: '0.1.0-7' };
  expect(variables('lab-lifecycle')).toMatchObject({ ...connection, ...version, INCIDENTFOX_QUEUES: 'lifecycle' });
  expect(variables('lab-rollback')).toMatchObject({ ...connection, INCIDENTFOX_QUEUES: 'rollback' });
  expect(Object.keys(variables('lab-rollback'))).not.toContain('TEMPORAL_WORKER_BUILD_ID');
  expect(Object.keys(variables('lab-reconciler')).filter((name) => name.startsWith('TEMPORAL'))).toEqual([]);
});

it('an API key comes from its Secret', async () => {
  const temporal = { ...given.temporal, apiKey: { secret: 'cloud', key: 'token' } };
  const { spec } = named<V1Deployment>(await rendered({ ...given, temporal }), 'Deployment', 'lab-rollback');
  const variable = spec?.template.spec?.containers[0]?.env?.find(({ name }) => name === 'TEMPORAL_API_KEY');
  expect(variable?.valueFrom).toEqual({ secretKeyRef: { name: 'cloud', key: 'token' } });
});

it('pods of a lab on AWS reach the cluster that they are in', async () => {
  const objects = await rendered({ ...given, global: { image, environment: environmentOf('aws') } });
  for (const name of ['lab-environment', 'lab-reconciler']) {
    const { data } = named<V1ConfigMap>(objects, 'ConfigMap', name);
    const file = path.join(directory, name, 'environment.yaml');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, data?.['environment.yaml'] ?? '');
    expect(loadEnvironment(file)).toMatchObject({ name: 'aws', cluster: { context: null, namespace: 'otel-demo' } });
    // a file that only the machine has which made the cluster
    expect(loadEnvironment(file)).not.toHaveProperty('cluster.kubeconfig');
  }
});

const policy = (objects: Rendered[], name: string) => named<V1NetworkPolicy>(objects, 'NetworkPolicy', name).spec;

describe('the network', () => {
  it('leads out to no more than is needed, and in to the metrics alone', async () => {
    const networkPolicy = { metricsFrom: ['monitoring'], apiServer: { to: [{ ipBlock: { cidr: '10.0.0.1/32' } }] } };
    const objects = await rendered({ ...given, networkPolicy });
    const ports = (name: string): unknown =>
      policy(objects, name)?.egress?.map((rule) => rule.ports?.map(({ port }) => port) ?? rule.to);
    const demo = [{ podSelector: {} }];
    expect(ports('lab-reconciler')).toEqual([[53, 53], [443, 6443], demo]);
    expect(ports('lab-workers')).toEqual([[53, 53], [443, 6443], demo, [7233]]);
    for (const name of ['lab-reconciler', 'lab-workers']) {
      expect(policy(objects, name)?.policyTypes).toEqual(['Ingress', 'Egress']);
      const [rule, ...others] = policy(objects, name)?.ingress ?? [];
      expect([rule?.ports, others]).toEqual([[{ port: 9464, protocol: 'TCP' }], []]);
      // the client's own model calls it by another name
      expect((rule as { from?: object[] }).from?.at(-1)).toEqual({
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } },
      });
    }
  });

  it('is left alone where somebody else sees to it', async () => {
    const objects = await rendered({ ...given, networkPolicy: { enabled: false } });
    expect(objects.filter(({ kind }) => kind === 'NetworkPolicy')).toEqual([]);
  });
});
