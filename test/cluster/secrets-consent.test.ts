import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type ClusterEnvironment, loadEnvironment } from '../../environments/load.ts';
import { projectRoot } from '../../environments/root.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { ControlPlane } from './support/control-plane.ts';
import { installExternalSecretsKinds } from './support/external-secrets-kinds.ts';

const cleanup = fileCleanup();
const namespace = 'otel-demo';
let plane: ControlPlane;
let environment: string;

beforeAll(async () => {
  plane = await ControlPlane.up(cleanup);
  await plane.kubectl(['create', 'namespace', namespace]);
  const directory = await temporaryDirectory(cleanup);
  const known = loadEnvironment('kubernetes', {}) as ClusterEnvironment;
  const { kubeconfig: _own, ...cluster } = known.cluster;
  const source = { region: 'us-west-2', profile: null, prefix: 'demo', keys: ['postgres', 'grafana'], role: 'arn:r' };
  const secrets = { source, operator: null, logins: {} };
  environment = path.join(directory, 'kubernetes.yaml');
  await writeFile(environment, stringify({ ...known, cluster, secrets }));
});

/** Runs it on a terminal, as util-linux's `script` makes one, answers no, and tells what is on its screen. */
async function refuse(...keys: string[]): Promise<{ screen: string; exitCode: number | undefined; left: string[] }> {
  const directory = await temporaryDirectory();
  const bin = path.join(projectRoot, 'dist/bin/secrets.js');
  const command = [process.execPath, bin, 'rotate', ...keys, '--environment', environment].join(' ');
  const env = { NO_COLOR: '1', KUBECONFIG: plane.kubeconfig, INCIDENTFOX_LAB: directory };
  const options = { env, input: 'no\n', reject: false } as const;
  const { stdout, exitCode } = await execa('script', ['-qec', command, '/dev/null'], options);
  return { screen: stdout, exitCode, left: await readdir(directory) };
}

const labels = { 'app.kubernetes.io/instance': 'incidentfox-secrets' };
const delivered = (name: string) => ({
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  metadata: { name, namespace, labels },
  spec: {
    secretStoreRef: { name: 'store' },
    target: { name: `${name}-login` },
    dataFrom: [{ extract: { key: name } }],
  },
});
const workload = (kind: string, name: string, secret: string) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, namespace },
  spec: {
    ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name, image: 'none', envFrom: [{ secretRef: { name: secret } }] }] },
    },
  },
});

it('says that the operator is not there before it asks', async () => {
  const { screen, exitCode } = await refuse();
  expect(screen).toContain('The External Secrets Operator is not installed');
  expect(exitCode).toBe(1);
});

it('names what a rotation restarts before it brings a lab up', async () => {
  await installExternalSecretsKinds(plane);
  const items = [
    ...['postgres', 'grafana'].map(delivered),
    workload('StatefulSet', 'astronomy-db', 'postgres-login'),
    workload('Deployment', 'checkout', 'postgres-login'),
    workload('Deployment', 'dashboards', 'grafana-login'),
    workload('Deployment', 'frontend', 'other'),
  ];
  const file = path.join(await temporaryDirectory(), 'objects.json');
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  await plane.kubectl(['apply', '-f', file]);

  const one = await refuse('postgres');
  expect(one.screen).toContain(
    'gives postgres of kubernetes another password and restarts astronomy-db, checkout, one',
  );
  expect(one.screen).toContain('That is not yes. Nothing was changed.');
  expect(one).toMatchObject({ exitCode: 2, left: [] });
  const all = await refuse();
  expect(all.screen).toContain(
    'gives every secret of kubernetes another password and restarts astronomy-db, checkout,',
  );
  expect(all.screen).toMatch(/dashboards, one after the other/);
  expect(all.screen).not.toContain('frontend');
});
