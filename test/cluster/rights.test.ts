import { beforeAll, expect, it } from 'vitest';
import { cellTable } from '../support/cells.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { EmbeddedLab } from '../support/lab.ts';
import { Demo } from './support/demo.ts';
import { ClusterIncidents, milliseconds, pastDeadline } from './support/incidents.ts';

// The lab with an account of its own that has the rights of docs/kubernetes.md for incidents, and no others.
const account = 'lab';
const rights = {
  flags: ['--verb=get,update', '--resource=configmaps', '--resource-name=flagd-config'],
  services: ['--verb=get', '--resource=services'],
  slices: ['--verb=list', '--resource=endpointslices.discovery.k8s.io'],
  pods: ['--verb=list,delete', '--resource=pods'],
  forward: ['--verb=get,create', '--resource=pods/portforward'],
  leases: ['--verb=create,get,update', '--resource=leases.coordination.k8s.io'],
};
const cleanup = fileCleanup();
let demo: Demo;
let incidents: ClusterIncidents;

const kubectl = (...args: string[]) => demo.plane.kubectl([...args, '-n', demo.namespace]);

/** A new token, in the file that the lab's processes have been told. */
async function renewToken(): Promise<string> {
  return demo.plane.writeKubeconfig('lab.kubeconfig', (await kubectl('create', 'token', account)).trim());
}

const allow = (role: string) =>
  kubectl('create', 'rolebinding', role, `--role=${role}`, `--serviceaccount=${demo.namespace}:${account}`);

beforeAll(async () => {
  demo = await Demo.up(cleanup);
  await kubectl('create', 'serviceaccount', account);
  for (const [role, right] of Object.entries(rights)) {
    await kubectl('create', 'role', role, ...right);
    await allow(role);
  }
  const identity = ['--verb=get', '--resource=namespaces', '--resource-name=kube-system'];
  await kubectl('create', 'clusterrole', 'identity', ...identity);
  const subject = `--serviceaccount=${demo.namespace}:${account}`;
  await kubectl('create', 'clusterrolebinding', 'identity', '--clusterrole=identity', subject);
  const KUBECONFIG = await renewToken();
  const lab = await EmbeddedLab.up(cleanup, [], { INCIDENTFOX_ENVIRONMENT: demo.environment, KUBECONFIG });
  incidents = new ClusterIncidents(demo, lab, cellTable('rights in a cluster'));
});

it('an incident needs no more rights than are written down', async ({ task }) => {
  const { id, deadline } = await incidents.active('payment-failure', '3s');
  const result = await incidents.ended(id);
  expect(result).toMatchObject({ outcome: 'recovered', endedBy: 'deadline' });
  incidents.inTime(task.meta, id, result, milliseconds(deadline), 1_000);
  await incidents.whole();
});

it('the right to write is taken away over the deadline', async ({ task }) => {
  const { id, deadline } = await incidents.active('cart-failure', '4s');
  await kubectl('delete', 'rolebinding', 'flags');
  await pastDeadline(deadline, 3_000);
  await allow('flags');
  expect(await incidents.endedSoon(task.meta, id)).toMatchObject({ outcome: 'recovered', endedBy: 'deadline' });
});

it('the token is no longer valid at the deadline, and renewed in its file', async ({ task }) => {
  const { id, deadline } = await incidents.active('ad-failure', '14s');
  // the API server believes a token for ten seconds after it has looked at it
  await kubectl('delete', 'serviceaccount', account);
  await pastDeadline(deadline, 3_000);
  await kubectl('create', 'serviceaccount', account);
  await renewToken();
  expect(await incidents.endedSoon(task.meta, id)).toMatchObject({ outcome: 'recovered', endedBy: 'deadline' });
});
