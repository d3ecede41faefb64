import { readFileSync } from 'node:fs';
import type { V1Pod, V1PodDisruptionBudget } from '@kubernetes/client-node';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import Fastify from 'fastify';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort } from '../../bench/free-port.ts';
import { objectsIn } from '../../activities/kubernetes/helm.ts';
import type { Child } from '../../activities/command.ts';
import { OfrepWitness } from '../../activities/probes/ofrep.ts';
import type { IncidentResult } from '../../workflows/contract.ts';
import type { DeployResult, TeardownResult } from '../../workflows/lifecycle-contract.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { devServer } from '../support/incidents.ts';
import { containerOf, type Runnable, runContainer, startContainer } from './support/container.ts';
import { patience } from './support/control-plane.ts';
import { Demo, shippedText } from './support/demo.ts';
import { LabChart } from './support/lab-chart.ts';
import { runPrometheus } from './support/prometheus.ts';

// kwok makes pods ready and runs nothing in them; what has to run is run as a process with its pod's variables and its token.
const cleanup = fileCleanup();
let demo: Demo;
let chart: LabChart;
let temporal: TestWorkflowEnvironment;
/** A life cycle on a machine that is busy with others (ms). */
const slow = 240_000;
/** the way from a pod to services, by `<service>.<namespace>:<port>` */
let network: Record<string, number>;
let count = 0;

beforeAll(async () => {
  // not at once: either would take a port that the other has found free
  demo = await Demo.up(cleanup);
  temporal = await devServer();
  cleanup(() => temporal.teardown());
  chart = new LabChart(demo);
  const { ofrep, ui, frontDoor, prometheus } = demo.plane.podPorts;
  network = {
    'flagd.otel-demo:8016': ofrep,
    'flagd.otel-demo:4000': ui,
    'frontend-proxy.otel-demo:8080': frontDoor,
    'prometheus.otel-demo:9090': prometheus,
  };
  await chart.install();
}, slow);

const kubectl = (...args: string[]) => demo.plane.kubectl([...args, '-n', demo.namespace]);
const uids = (pods: V1Pod[]) => pods.map(({ metadata }) => metadata?.uid).toSorted();

it('every Deployment is rolled out, and installing it again changes nothing', async () => {
  const kinds = 'deployments,pods,configmaps,services,roles,rolebindings,serviceaccounts,networkpolicies,pdb';
  const versions = async () =>
    (await chart.list<V1Pod>(kinds)).map(({ metadata }) => [metadata?.name, metadata?.uid, metadata?.generation]);
  const before = await versions();
  expect(await chart.deployments()).toHaveLength(3);
  await chart.install();
  expect(await versions()).toEqual(before);
});

it('queues are scaled apart', async () => {
  const [lifecycle, rollback] = [await chart.pods('lifecycle'), await chart.pods('rollback')];
  await chart.install('rollback.replicas=3');
  expect(await chart.pods('rollback')).toHaveLength(3);
  expect(uids(await chart.pods('rollback'))).toEqual(expect.arrayContaining(uids(rollback)));
  expect(uids(await chart.pods('lifecycle'))).toEqual(uids(lifecycle));
});

async function evict(component: string): Promise<string> {
  const name = (await chart.pods(component))[0]?.metadata?.name ?? '';
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: demo.namespace } };
  const path = `/api/v1/namespaces/${demo.namespace}/pods/${name}/eviction`;
  return await demo.plane.kubectl(['create', '--raw', path, '-f', '-'], JSON.stringify(eviction));
}

/** The controller has seen the pods that there are. */
async function budget(component: string, pods: number, disruptionsAllowed: number): Promise<void> {
  await vi.waitFor(async () => {
    const budgets = await chart.list<V1PodDisruptionBudget>('pdb', `,app.kubernetes.io/component=${component}`);
    expect(budgets[0]?.status).toMatchObject({ expectedPods: pods, currentHealthy: pods, disruptionsAllowed });
  }, patience);
}

describe('a drain', () => {
  it('never takes the last rollback worker', async () => {
    await chart.install('rollback.replicas=1', 'lifecycle.replicas=1');
    await budget('rollback', 1, 0);
    await expect(evict('rollback')).rejects.toThrow("Cannot evict pod as it would violate the pod's disruption budget");
    expect(await chart.pods('rollback')).toHaveLength(1);
  });

  it('takes one of two, and a life-cycle worker also where it is the only one', async () => {
    await budget('lifecycle', 1, 1);
    expect(await evict('lifecycle')).toContain('Success');
    await chart.install('rollback.replicas=2', 'lifecycle.replicas=1');
    await budget('rollback', 2, 1);
    expect(await evict('rollback')).toContain('Success');
    await chart.install();
  });
});

async function may(account: string, verb: string, resource: string, namespace = demo.namespace): Promise<string> {
  const as = `--as=system:serviceaccount:${demo.namespace}:lab-${account}`;
  // kubectl ends with 1 where the answer is no
  const answer = demo.plane.kubectl(['auth', 'can-i', verb, resource, as, '-n', namespace]).catch(() => 'no');
  return `${verb} ${resource}: ${(await answer).trim()}`;
}

describe('its accounts may do what they have to, and nothing else', () => {
  it.each(['lifecycle', 'rollback', 'reconciler'])('%s', async (account) => {
    for (const [verb, what] of [
      ['update', 'configmaps/flagd-config'],
      ['delete', 'pods'],
      ['update', 'leases/incidentfox-live-flags'],
    ] as const) {
      expect(await may(account, verb, what)).toBe(`${verb} ${what}: yes`);
    }
    for (const [verb, what] of [
      ['get', 'secrets'],
      ['list', 'secrets'],
      ['update', 'configmaps/other'],
      ['create', 'pods'],
      ['create', 'pods/exec'],
      ['get', 'pods/portforward'],
      ['update', 'leases/other'],
      ['get', 'services/frontend-proxy'],
      ['patch', 'deployments'],
      ['create', 'rolebindings'],
      ['create', 'serviceaccounts/token'],
    ] as const) {
      expect(await may(account, verb, what)).toBe(`${verb} ${what}: no`);
    }
    expect(await may(account, 'delete', 'pods', 'kube-system')).toBe('delete pods: no');
    expect(await may(account, 'get', 'namespaces/kube-system', 'kube-system')).toBe('get namespaces/kube-system: yes');
  });
});

/** The worker of a pod as a process, under `child`, since a child by itself would be awaited to its end. */
async function worker(component: string): Promise<{ child: Child }> {
  const [pod] = await chart.pods(component);
  if (!pod) throw new Error(`there is no pod of ${component}`);
  const runnable = await containerOf(demo.plane, pod, 'worker', network);
  Object.assign(runnable.env, {
    TEMPORAL_ADDRESS: temporal.address,
    INCIDENTFOX_METRICS: `127.0.0.1:${await freePort()}`,
  });
  const child = startContainer(runnable);
  cleanup(async () => {
    child.kill('SIGKILL');
    await child;
  });
  const ready = vi.waitFor(() => expect(readFileSync(runnable.log, 'utf8')).toContain('worker ready'), patience);
  await Promise.race([ready, child.then(() => Promise.reject(new Error(readFileSync(runnable.log, 'utf8'))))]);
  return { child };
}

/** Starts a workflow as people do, and waits for its result. */
async function workflow<Result>(type: string, input: object = {}): Promise<Result> {
  count += 1;
  return (await temporal.client.workflow.execute(type, {
    taskQueue: 'incidentfox-kubernetes',
    workflowId: `${type}-${count}`,
    args: [input],
  })) as Result;
}

describe('the workers as their pods run them, with the tokens of their accounts', () => {
  let workers: { child: Child }[];

  beforeAll(async () => {
    const { ofrep, prometheus } = demo.plane.podPorts;
    const witness = new OfrepWitness(`http://127.0.0.1:${ofrep}`);
    const value = async (): Promise<number> => ((await witness.evaluate('adHighCpu', {})).value === true ? 0.95 : 0.05);
    const labels = { service_name: 'ad' };
    await runPrometheus(prometheus, { name: 'jvm_cpu_recent_utilization_ratio', labels, value }, cleanup);
    workers = await Promise.all([worker('lifecycle'), worker('rollback')]);
  }, slow);

  it(
    'an incident comes and goes, seen by flagd and Prometheus that are reached by name',
    async () => {
      const result = await workflow<IncidentResult>('incident', { scenario: 'ad-high-cpu', duration: '6s' });
      expect(result).toMatchObject({ outcome: 'recovered', endedBy: 'deadline' });
      expect(result.receipts.filter(({ witness }) => witness === 'indicator')).toMatchObject([
        { moment: 'before', value: 0.05 },
        { moment: 'during', value: 0.95 },
        { moment: 'after', value: 0.05, back: true },
      ]);
      expect(JSON.parse(await demo.durable())).toEqual(JSON.parse(shippedText));
    },
    slow,
  );

  it('a deploy is refused for what its account may not do, and changes nothing', async () => {
    const before = await kubectl('get', 'secrets', '-o', 'name');
    await expect(workflow('deploy')).rejects.toMatchObject({ cause: { type: 'cluster-denied' } });
    expect(await kubectl('get', 'secrets', '-o', 'name')).toBe(before);
  });

  it('they end on SIGTERM', async () => {
    for (const { child } of workers) child.kill('SIGTERM');
    for (const { child } of workers) expect((await child).exitCode).toBe(0);
  });
});

/** The hook as the release has it. */
async function testPod(): Promise<V1Pod> {
  const [hook] = objectsIn(await chart.helm('get', 'hooks', chart.release)) as unknown as V1Pod[];
  return { ...hook, metadata: { ...hook?.metadata, namespace: demo.namespace } };
}

async function testCommand(container: string): Promise<Runnable> {
  const runnable = await containerOf(demo.plane, await testPod(), container, network);
  Object.assign(runnable.env, { TEMPORAL_ADDRESS: temporal.address });
  return runnable;
}

describe('helm test', () => {
  const hosts = ['lifecycle', 'rollback', 'reconciler'].map((name) => `lab-${name}.otel-demo:9464`);

  it('asks every part whether it is ready, and tells of one that is not', async () => {
    // what the parts themselves answer is tested with them
    const app = Fastify({ forceCloseConnections: true });
    let ready = true;
    app.get('/readyz', (_request, reply) => reply.code(ready ? 200 : 503).send(ready ? 'ok' : 'Temporal is away'));
    const port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);
    cleanup(() => app.close());
    const parts = Object.fromEntries(hosts.map((host) => [host, port]));
    const runnable = await containerOf(demo.plane, await testPod(), 'ready', parts);
    expect(await runContainer(runnable)).toMatchObject({ exitCode: 0 });
    ready = false;
    const { exitCode, stdout } = await runContainer(runnable);
    expect(exitCode).toBe(1);
    for (const host of hosts) expect(stdout).toContain(`http://${host}/readyz: 503 Temporal is away`);
    await app.close();
    expect((await runContainer(runnable)).stdout).toContain('ECONNREFUSED');
  });

  it('hears of incidents from Temporal, and tells where that does not answer', async () => {
    const runnable = await testCommand('temporal');
    expect(await runContainer(runnable)).toMatchObject({ exitCode: 0 });
    Object.assign(runnable.env, { TEMPORAL_ADDRESS: '127.0.0.1:1' });
    const { exitCode, stdout } = await runContainer(runnable);
    expect([exitCode, stdout]).toEqual([1, expect.stringContaining('No Temporal server answers at 127.0.0.1:1')]);
  });

  it('reads flags and ledger with the account of a rollback worker', async () => {
    const { exitCode, stdout } = await runContainer(await testCommand('ledger'));
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('No fault is in force, and no record is open.')]);
  });
});

it(
  'where it may deploy, it does, with its own token, and tears down again',
  async () => {
    await demo.plane.helm('uninstall', 'otel-demo', '-n', demo.namespace, '--wait');
    await chart.install('lifecycle.deploys=true');
    const { child } = await worker('lifecycle');
    expect(await workflow<DeployResult>('deploy')).toMatchObject({ change: 'install', frontDoor: { status: 200 } });
    expect(await workflow<TeardownResult>('teardown')).toMatchObject({ left: [] });
    child.kill('SIGTERM');
    expect((await child).exitCode).toBe(0);
    expect((await chart.list('pods')).length).toBeGreaterThan(0);
  },
  slow,
);

it('uninstalling it leaves nothing', async () => {
  await chart.helm('uninstall', chart.release, '--wait');
  const kinds = (await demo.plane.kubectl(['api-resources', '--verbs=list', '-o', 'name'])).split('\n').join();
  const everywhere = ['get', kinds, '-A', '-o', 'name', '-l', `app.kubernetes.io/instance=${chart.release}`];
  await vi.waitFor(async () => expect(await demo.plane.kubectl(everywhere)).toBe(''), patience);
});
