import path from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type CommandError, run } from '../../activities/command.ts';
import type { Revision } from '../../activities/kubernetes/look/release.ts';
import { projectRoot } from '../../environments/root.ts';
import type { IncidentResult } from '../../workflows/contract.ts';
import type { TeardownResult } from '../../workflows/lifecycle-contract.ts';
import { cellTable } from '../support/cells.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { deploySteps, drawSteps, teardownSteps } from '../support/steps.ts';
import { ClusterIncidents } from './support/incidents.ts';
import { type Answer, Lifecycle } from './support/lifecycle.ts';

const cleanup = fileCleanup();
const report = cellTable('in a life cycle');
let life: Lifecycle;

beforeAll(async () => {
  life = await Lifecycle.up(cleanup);
});

const kubectl = (...args: string[]) => life.demo.plane.kubectl([...args, '-n', life.demo.namespace]);

/** Version of every object of some kinds: an unchanged one keeps it. */
const versions = () =>
  kubectl('get', 'deployments,services,configmaps,secrets', '-o', 'jsonpath={.items[*].metadata.resourceVersion}');

/** Answers the newest revision as soon as it is in that state. */
async function reachedBy(status: string): Promise<Revision | null> {
  return await vi.waitFor(
    async () => {
      const revision = await life.revision();
      expect(revision?.release.status).toBe(status);
      return revision;
    },
    { timeout: 240_000, interval: 40 },
  );
}

/** Ends the helm that is at work, by SIGKILL, once its revision is in that state. */
async function killHelmAt(status: string): Promise<void> {
  const { labels } = (await reachedBy(status)) ?? {};
  const { stdout } = await run('pgrep', ['-f', `incidentfox.run=${labels?.['incidentfox.run']}`]);
  for (const pid of stdout.split('\n')) process.kill(Number(pid), 'SIGKILL');
}

/** What a life cycle whose helm was killed has left, and what the next deploy makes of it. */
async function nextAfter({ error }: Answer<object>) {
  const left = (await life.revision())?.release.status;
  const { exitCode, healed } = await life.deploy();
  return { error: error?.code, left, exitCode, healed, now: (await life.revision())?.release.status };
}

const healedFrom = (left: string) => ({
  error: 'helm-failed',
  left,
  exitCode: 0,
  healed: [expect.stringContaining(left)],
  now: 'deployed',
});

describe('deploy', () => {
  it('is refused where there is no room for it, and changes nothing', async () => {
    for (const node of ['node-0', 'node-1', 'node-2']) await kubectl('cordon', node);
    const { exitCode, error } = await life.deploy();
    expect(error).toMatchObject({ code: 'preflight-failed', message: expect.stringContaining('none of the cluster') });
    expect(exitCode).toBe(1);
    expect(await life.namespaceExists()).toBe(false);
    for (const node of ['node-0', 'node-1', 'node-2']) await kubectl('uncordon', node);
  });

  it('installs the demo, shows what helm says, and tries the front door', async () => {
    const { stdout, stderr, exitCode } = await life.lab.deploy();
    expect({ stdout, stderr, exitCode }).toMatchObject({ exitCode: 0 });
    expect(stdout).toContain('27 of 27 ready');
    expect(stderr).toContain('Release "otel-demo" does not exist. Installing it now.');
    expect((await life.revision())?.release).toMatchObject({ status: 'deployed', revision: 1 });
  });

  it('changes nothing when it is run again', async () => {
    const before = await versions();
    const { change, exitCode, workloads } = await life.deploy();
    expect({ change, exitCode, workloads }).toEqual({ change: 'none', exitCode: 0, workloads: { ready: 27, of: 27 } });
    expect(await versions()).toBe(before);
  });

  it('leaves flags that were edited by hand as they are', async () => {
    await life.demo.edit((flags) => Object.assign(flags['adFailure'] ?? {}, { description: 'edited' }));
    const { change, exitCode } = await life.deploy();
    expect({ change, exitCode }).toEqual({ change: 'none', exitCode: 0 });
    expect(await life.demo.durable()).toContain('edited');
  });

  it('mends what others removed or changed', async () => {
    await kubectl('delete', 'configmap', 'flagd-config');
    expect(await life.deploy()).toMatchObject({ change: 'repair', reason: 'missing: ConfigMap/flagd-config' });
    await kubectl('delete', 'deployment', 'cart');
    await kubectl('scale', 'deployment', 'frontend', '--replicas=2');
    const { change, reason, exitCode } = await life.deploy();
    expect({ change, exitCode }).toEqual({ change: 'repair', exitCode: 0 });
    expect(reason).toMatch(/Deployment\/cart.*Deployment\/frontend/);
    expect(await kubectl('get', 'deployment', 'frontend', '-o', 'jsonpath={.spec.replicas}')).toBe('1');
  });

  it('is refused while an incident is under way', async () => {
    const incidents = new ClusterIncidents(life.demo, life.lab, report);
    const { id } = await incidents.active('payment-failure', '1h');
    const { error, exitCode } = await life.deploy();
    expect({ code: error?.code, exitCode }).toEqual({ code: 'incidents-active', exitCode: 3 });
    await life.lab.incident('stop', id);
    expect(await incidents.ended(id)).toMatchObject({ phase: 'closed', outcome: 'recovered' });
  });

  it('is done by one of two that are started at once', async () => {
    life.values({ flagdUi: false });
    const both = await Promise.all([life.deploy(), life.deploy()]);
    expect(both.map(({ exitCode }) => exitCode).toSorted()).toEqual([0, 3]);
    expect(both.find(({ exitCode }) => exitCode === 3)?.error?.code).toBe('lifecycle-busy');
    expect(both.find(({ exitCode }) => exitCode === 0)).toMatchObject({ change: 'upgrade' });
  });

  it('heals a release whose helm was killed in an upgrade', async () => {
    life.values({ flagdUi: true });
    const [failed] = await Promise.all([life.deploy(), killHelmAt('pending-upgrade')]);
    expect(await nextAfter(failed)).toEqual(healedFrom('pending-upgrade'));
  });

  it('goes on where the worker is killed, step by step, and waits for a helm that outlives it', async () => {
    life.values({ flagdUi: false });
    // not by what the workflow shows: it is told by a worker, and that is dead for a moment after each kill
    const inHelm = reachedBy('pending-upgrade').then(() => life.killWorker());
    const drawn = drawSteps('deploy, worker killed', deploySteps);
    const { killed, result } = await life.killIn('deploy', drawn.has);
    await inHelm;
    expect(result).toMatchObject({ workloads: { ready: 27, of: 27 } });
    expect(killed).toContain('preflight');
    expect((await life.revision())?.release.status).toBe('deployed');
  });

  it('shows how far it is, and ends with the reason, where a workload never gets ready', async () => {
    const [first, ...others] = [
      { name: 'cart', port: 8080, nodeSelector: { zone: 'nowhere' } },
      { name: 'frontend-proxy', port: 8080 },
    ];
    life.values({ workloads: [first, ...others] });
    const { stdout, stderr, exitCode } = await life.lab.deploy('--json');
    const { error } = JSON.parse(stdout) as Answer<object>;
    expect(stderr).toMatch(/waiting until every workload is ready: \d+ of \d+; deployment cart: pending: 0\/3 nodes/);
    const message = expect.stringMatching(/deployment cart \(pending: 0\/3 nodes are available/) as string;
    expect({ exitCode, error }).toMatchObject({ exitCode: 1, error: { code: 'not-ready', message } });
  });
});

/** What helm leaves of a StatefulSet. */
const claim = JSON.stringify({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'orders', namespace: 'otel-demo', labels: { 'app.kubernetes.io/instance': 'otel-demo' } },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
});

describe('teardown', () => {
  it('wants a word from whoever starts it', async () => {
    const { stdout, exitCode } = await life.lab.teardown('--json');
    expect(exitCode).toBe(2);
    expect(stdout).toContain('bad-usage');
    expect(await life.namespaceExists()).toBe(true);
  });

  it("asks for the environment's name, and goes on for no other", async () => {
    const command = `${process.execPath} ${path.join(projectRoot, 'dist/bin/teardown.js')}`;
    // a terminal of its own
    const asked = run('script', ['-qec', command, '/dev/null'], { env: life.lab.env, input: 'otherwise\n' });
    const { exitCode, stdout } = (await asked.catch((error: unknown) => error)) as CommandError;
    expect(String(stdout)).toContain('Type kubernetes to go on: ');
    expect(String(stdout)).toContain('That is not its name. Nothing was changed.');
    expect(exitCode).toBe(2);
  });

  it('ends incidents first, leaves what others made, and says so', async () => {
    life.values({});
    expect((await life.deploy()).exitCode).toBe(0);
    await kubectl('create', 'configmap', 'theirs');
    const { id } = await life.lab.json<IncidentResult>('payment-failure', '--duration', '1h', '--detach');
    const { exitCode, error } = await life.teardown();
    expect({ exitCode, code: error?.code }).toEqual({ exitCode: 1, code: 'left-behind' });
    expect(error?.message).toContain('ConfigMap/theirs');
    expect(await life.revision()).toBeNull();
    expect(await kubectl('get', 'configmap', 'theirs', '-o', 'name')).toContain('theirs');
    const [state] = await life.lab.json<IncidentResult[]>('status', id);
    expect(state).toMatchObject({ phase: 'closed' });
    await kubectl('delete', 'configmap', 'theirs');
  });

  it('removes what a helm that was killed in the first install has left', async () => {
    const [failed] = await Promise.all([life.deploy(), killHelmAt('pending-install')]);
    expect(failed.error?.code).toBe('helm-failed');
    expect(await life.teardown()).toMatchObject({ exitCode: 0, left: [] });
    expect(await life.namespaceExists()).toBe(false);
  });

  it('heals a release whose helm was killed in the first install, or in an uninstall', async () => {
    const [failed] = await Promise.all([life.deploy(), killHelmAt('pending-install')]);
    expect(await nextAfter(failed)).toEqual(healedFrom('pending-install'));
    const [broken] = await Promise.all([life.teardown(), killHelmAt('uninstalling')]);
    expect(await nextAfter(broken)).toEqual(healedFrom('uninstalling'));
  });

  it('removes all of it, volumes included, wherever the worker is killed', async () => {
    await life.demo.plane.kubectl(['create', '-f', '-'], claim);
    const inHelm = reachedBy('uninstalling').then(() => life.killWorker());
    const drawn = drawSteps('teardown, worker killed', teardownSteps);
    const { killed, result } = await life.killIn('teardown', drawn.has);
    await inHelm;
    expect(result).toMatchObject({ left: [] });
    expect((result as TeardownResult).removed).toContain('PersistentVolumeClaim/orders');
    expect(killed).toContain('removeNamespace');
    const roles = await life.demo.plane.kubectl(['get', 'roles', '-n', 'kube-system', '-o', 'name']);
    expect(roles).not.toContain('incidentfox');
    expect(await life.namespaceExists()).toBe(false);
  });

  it('finds nothing to do when it is run again', async () => {
    const { exitCode, ...result } = await life.teardown();
    expect(exitCode).toBe(0);
    expect(result).toMatchObject({ ended: [], removed: [], left: [] });
  });

  it('never touches a demo that came without helm', async () => {
    await kubectl('create', 'namespace', life.demo.namespace);
    await life.demo.plane.kubectl(['create', '-f', '-'], claim);
    expect(await life.teardown()).toMatchObject({ exitCode: 0, removed: [] });
    expect(await kubectl('get', 'pvc', '-o', 'name')).toContain('orders');
  });

  it('never touches a release that it did not make, and neither does deploy', async () => {
    await life.demo.upgrade('flagdUi=true');
    const attempts = [await life.deploy(), await life.teardown()];
    for (const { exitCode, error } of attempts) expect([exitCode, error?.code]).toEqual([3, 'not-ours']);
    expect((await life.revision())?.release).toMatchObject({ status: 'deployed', revision: 1 });
  });
});
