import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { pullLever, releaseLever } from '../../activities/flags/lever.ts';
import { projectRoot } from '../../environments/root.ts';
import { Fault } from '../support/fault.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { builtCommand as command } from '../support/lab.ts';
import { patience } from './support/control-plane.ts';
import { Demo } from './support/demo.ts';

interface Status {
  release: { status?: string; revision?: number; error?: { code: string } } | null;
  workloads: { name: string; isReady: boolean; reason: string | null }[];
  endpoints: { name: string; command: string; url: string }[];
  secrets: null | unknown[];
  incidents: { id: string; secondsLeft: number }[];
  lever: null | { reason: string };
}

const cleanup = fileCleanup();
let demo: Demo;

beforeAll(async () => {
  demo = await Demo.up(cleanup);
});

/** The kind as the operator's chart has it, as far as it is looked at here. */
const externalSecretKind = JSON.stringify({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'externalsecrets.external-secrets.io' },
  spec: {
    group: 'external-secrets.io',
    scope: 'Namespaced',
    names: { kind: 'ExternalSecret', plural: 'externalsecrets' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
});

async function status(env: NodeJS.ProcessEnv = {}, ...args: string[]): Promise<Status> {
  const { stdout } = await command('status', ['--environment', demo.environment, '--json', ...args], env);
  return JSON.parse(stdout) as Status;
}

/** Makes an account of the namespace and answers a kubeconfig for its own token. */
async function account(name: string): Promise<string> {
  await demo.plane.kubectl(['create', 'serviceaccount', name, '-n', demo.namespace]);
  const token = await demo.plane.kubectl(['create', 'token', name, '-n', demo.namespace]);
  return demo.plane.writeKubeconfig(`${name}.kubeconfig`, token.trim());
}

describe('status of a lab in a cluster', () => {
  it('shows the release, its workloads and how to open each service', async () => {
    const found = await vi.waitFor(async () => {
      const now = await status();
      expect(now.workloads.every(({ isReady }) => isReady)).toBe(true);
      return now;
    }, patience);
    expect(found.release).toMatchObject({ name: 'otel-demo', status: 'deployed', revision: 1 });
    expect(found.workloads.length).toBeGreaterThan(0);
    const shop = found.endpoints.find(({ name }) => name === 'shop');
    expect(shop?.command).toMatch(
      /^kubectl --context test --namespace otel-demo port-forward service\/frontend-proxy \d+:8080$/,
    );
    expect(found).toMatchObject({ secrets: null, lever: null, incidents: [] });
    const { stdout, exitCode } = await command('status', ['--environment', demo.environment]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('deployed');
  });

  it('says which workload is pending, and why', async () => {
    const pod = { spec: { nodeSelector: { nowhere: 'yes' }, containers: [{ name: 'a', image: 'a' }] } };
    const labels = { app: 'stuck' };
    const object = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'stuck', namespace: demo.namespace },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, ...pod } },
    };
    await demo.plane.kubectl(['create', '-f', '-'], JSON.stringify(object));
    await vi.waitFor(async () => {
      const [first] = (await status()).workloads;
      expect(first).toMatchObject({ name: 'stuck', isReady: false });
      expect(first?.reason).toMatch(/^pending: 0\/3 nodes are available/);
    }, patience);
    await demo.plane.kubectl(['delete', 'deployment', 'stuck', '-n', demo.namespace]);
  });

  it('shows an incident with the time that it has left, with no Temporal', async () => {
    const { store, close } = await demo.open();
    cleanup(close);
    const fault = await Fault.on(store);
    await fault.record();
    await fault.apply();
    const [incident] = (await status()).incidents;
    expect(incident).toMatchObject({ id: 'incident-1', flag: 'paymentFailure', phase: 'injecting' });
    expect(incident?.secondsLeft).toBeGreaterThan(3_500);
    await fault.withdraw();
    await fault.close();
    expect((await status()).incidents).toEqual([]);
  });

  it('shows what is there where nothing is deployed', async () => {
    const file = path.join(demo.plane.directory, 'empty.yaml');
    writeFileSync(file, readFileSync(demo.environment, 'utf8').replace('namespace: otel-demo', 'namespace: default'));
    const { stdout, exitCode } = await command('status', ['--environment', file, '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      release: null,
      workloads: [],
      endpoints: [],
      incidents: { error: { code: 'flags-missing' } },
    });
  });

  it('tells which secrets are in step, and why others are not', async () => {
    await demo.plane.kubectl(['create', '-f', '-'], externalSecretKind);
    await demo.plane.kubectl(['wait', '--for=condition=Established', 'crd/externalsecrets.external-secrets.io']);
    for (const [name, condition] of Object.entries({
      postgres: { type: 'Ready', status: 'True' },
      grafana: { type: 'Ready', status: 'False', message: 'could not get secret' },
    })) {
      const metadata = { name, namespace: demo.namespace };
      const object = { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata };
      await demo.plane.kubectl(
        ['create', '-f', '-'],
        JSON.stringify({ ...object, status: { conditions: [condition] } }),
      );
    }
    expect((await status()).secrets).toEqual([
      { name: 'grafana', inStep: false, reason: 'could not get secret' },
      { name: 'postgres', inStep: true, reason: null },
    ]);
    const { stdout } = await command('status', ['--environment', demo.environment]);
    expect(stdout).toContain('1 of 2 in step');
  });

  it('watched, it is shown again when it changes', async () => {
    const file = path.join(projectRoot, 'dist/bin/status.js');
    const watching = execa(process.execPath, [file, '--environment', demo.environment, '--watch', '--json'], {
      reject: false,
    });
    const levers: unknown[] = [];
    for await (const line of watching.iterable()) {
      levers.push((JSON.parse(line) as Status).lever);
      if (levers.length === 1) await demo.withTarget(({ store }) => pullLever(store, 'while watched'));
      else watching.kill('SIGKILL');
    }
    await demo.withTarget(({ store }) => releaseLever(store));
    expect(levers).toMatchObject([null, { reason: 'while watched' }]);
  });

  it('shows the lever', async () => {
    await demo.withTarget(({ store }) => pullLever(store, 'by the test'));
    expect((await status()).lever).toMatchObject({ reason: 'by the test' });
    await demo.withTarget(({ store }) => releaseLever(store));
  });

  it('shows the rest where it may not see a part', async () => {
    await demo.plane.kubectl(['create', 'role', 'some', '-n', demo.namespace, '--verb=list', '--resource=services']);
    const KUBECONFIG = await account('looker');
    const subject = `--serviceaccount=${demo.namespace}:looker`;
    await demo.plane.kubectl(['create', 'rolebinding', 'some', '-n', demo.namespace, '--role=some', subject]);
    const found = await status({ KUBECONFIG });
    expect(found.release).toMatchObject({ error: { code: 'cluster-denied' } });
    expect(found.workloads).toMatchObject({ error: { code: 'cluster-denied' } });
    expect(found.endpoints.length).toBeGreaterThan(0);
  });
});

const scale = (...args: string[]) => command('scale', [...args, '--environment', demo.environment]);

describe('scale', () => {
  it('sets the replicas and prints the command that undoes it', async () => {
    const { stdout, exitCode } = await scale('deployment', 'frontend', '--replicas', '3', '--json');
    expect(exitCode).toBe(0);
    const { undo, ...scaled } = JSON.parse(stdout) as { undo: string };
    expect(scaled).toMatchObject({ before: 1, replicas: 3 });
    expect(undo).toMatch(/^npm run scale -- deployment frontend --replicas 1 --environment /);
    const [, , , , ...words] = undo.split(' ');
    expect((await command('scale', words)).stdout).toContain('it was 3');
  });

  it('refuses a name that is nearly right', async () => {
    const { stdout, exitCode } = await scale('deployment', 'fronted', '--replicas', '1', '--json');
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'no-such-workload' } });
  });

  it('offers the nearest name', async () => {
    expect((await scale('deployment', 'fronted', '--replicas', '1')).stderr).toContain('Did you mean frontend');
  });
});
