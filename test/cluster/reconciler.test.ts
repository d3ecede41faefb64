import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { run, start } from '../../activities/command.ts';
import { projectRoot } from '../../environments/root.ts';
import { Fault } from '../support/fault.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { patience } from './support/control-plane.ts';
import { Demo, shippedText } from './support/demo.ts';

const name = 'incidentfox-reconciler';
const program = path.join(projectRoot, 'dist/worker/reconciler.js');
const cleanup = fileCleanup();
let demo: Demo;
/** a kubeconfig with the token of the chart's service account */
let own: string;

beforeAll(async () => {
  demo = await Demo.up(cleanup);
  const { plane, namespace } = demo;
  const environment = parse(readFileSync(demo.environment, 'utf8')) as object;
  const values = ['--set-json', `global=${JSON.stringify({ image: 'incidentfox:test', environment })}`];
  const chart = path.join(projectRoot, 'helm/incidentfox/charts/reconciler');
  await plane.helm('install', name, chart, '-n', namespace, ...values);
  own = plane.writeKubeconfig(
    'own.kubeconfig',
    (await plane.kubectl(['create', 'token', name, '-n', namespace])).trim(),
  );
});

const may = async (verb: string, resource: string, ...args: string[]): Promise<string> => {
  const as = `--as=system:serviceaccount:${demo.namespace}:${name}`;
  // kubectl ends with 1 where the answer is no
  return (await demo.plane.kubectl(['auth', 'can-i', verb, resource, as, ...args]).catch(() => 'no')).trim();
};

it('its account may do what it has to, and nothing else', async () => {
  const inLab = ['-n', demo.namespace];
  expect(await may('update', 'configmaps/flagd-config', ...inLab)).toBe('yes');
  expect(await may('delete', 'pods', ...inLab)).toBe('yes');
  expect(await may('get', 'namespaces/kube-system', '-n', 'kube-system')).toBe('yes');
  for (const [verb, what] of [
    ['get', 'secrets'],
    ['list', 'secrets'],
    ['update', 'configmaps/other'],
    ['list', 'configmaps'],
    ['create', 'pods'],
    ['create', 'pods/exec'],
    ['update', 'leases/other'],
    ['get', 'services/frontend-proxy'],
    ['patch', 'deployments'],
  ] as const) {
    expect([verb, what, await may(verb, what, ...inLab)]).toEqual([verb, what, 'no']);
  }
  expect(await may('delete', 'pods', '-n', 'kube-system')).toBe('no');
});

it('withdraws an overdue fault with its own token, from both copies, and ends on SIGTERM', async () => {
  const { plane, namespace } = demo;
  // a pod reaches flagd by name; this process needs the API server's port-forward for that, and no more than that
  // the upgrade is a GET; Kubernetes 1.35 asks for create, too
  const forward = ['--verb=get,create', '--resource=pods/portforward'];
  const slices = ['--verb=list', '--resource=endpointslices.discovery.k8s.io'];
  for (const [role, rights] of Object.entries({ forward, slices })) {
    await plane.kubectl(['create', 'role', role, '-n', namespace, ...rights]);
    const subject = `--serviceaccount=${namespace}:${name}`;
    await plane.kubectl(['create', 'rolebinding', role, '-n', namespace, `--role=${role}`, subject]);
  }
  const { store, close } = await demo.open();
  cleanup(close);
  const fault = await Fault.on(store);
  fault.entry.until = new Date(Date.now() + 3_000).toISOString();
  await fault.record();
  await fault.apply();
  await vi.waitFor(
    () => demo.withTarget(async ({ witness }) => expect((await witness.markers()).size).toBe(1)),
    patience,
  );
  const env = { KUBECONFIG: own, INCIDENTFOX_ENVIRONMENT: demo.environment };
  const child = start('node', [program], { env });
  cleanup(async () => void child.kill('SIGKILL'));
  await vi.waitFor(async () => {
    expect(await demo.durable()).toBe(shippedText);
    await demo.withTarget(async ({ witness }) => expect(await witness.markers()).toEqual(new Map()));
  }, patience);
  const [record] = (await store.read()).records();
  expect(record).toMatchObject({ withdrawnBy: 'reconciler', endedBy: 'deadline' });
  child.kill('SIGTERM');
  const ended = await Promise.race([child.then(({ exitCode }) => exitCode), delay(5_000, 'it goes on')]);
  expect(ended).toBe(0);
});

const inline = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;

it('loads nothing of Temporal', async () => {
  // a hook of Node's that refuses the packages: the process would end with 1
  const hook = `export function resolve(specifier, context, next) {
    if (specifier.startsWith('@temporalio/')) throw new Error('loads ' + specifier);
    return next(specifier, context);
  }`;
  const refuse = inline(`import { register } from 'node:module'; register(${JSON.stringify(inline(hook))});`);
  const script = `setTimeout(() => process.kill(process.pid, 'SIGTERM'), 2_000); await import(${JSON.stringify(program)});`;
  const env = { KUBECONFIG: own, INCIDENTFOX_ENVIRONMENT: demo.environment };
  const { exitCode } = await run('node', ['--import', refuse, '--input-type=module', '-e', script], { env });
  expect(exitCode).toBe(0);
});
