import { beforeAll, describe, expect, it, vi } from 'vitest';
import { fileCleanup } from '../support/cleanups.ts';
import { patience } from './support/control-plane.ts';
import { Delivery, deployed, nothingIsLeft, taken } from './support/delivery.ts';
import { installExternalSecretsKinds } from './support/external-secrets-kinds.ts';

const cleanup = fileCleanup();
let lab: Delivery;

beforeAll(async () => {
  lab = await Delivery.up(cleanup);
});

interface Deployment {
  metadata: { name: string; resourceVersion: string; creationTimestamp: string };
  spec: { template: { spec: { containers: { args?: string[]; env?: { valueFrom?: object }[] }[] } } };
}

const kinds = 'deployments,services,configmaps,secrets,serviceaccounts,roles,externalsecrets,secretstores,crds';
const versions = async () =>
  (await lab.list(kinds)).map(({ metadata: { name, resourceVersion } }) => `${name} ${resourceVersion}`);

/** An ExternalSecret of somebody else's, in a namespace of their own. */
const theirs = JSON.stringify({
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  metadata: { name: 'theirs', namespace: 'others' },
  spec: { secretStoreRef: { name: 'none' }, dataFrom: [{ extract: { key: 'theirs' } }] },
});

describe('deploy', () => {
  it('is refused where the cluster has no operator and the environment names none, and changes nothing', async () => {
    lab.secrets({ operator: null });
    const { exitCode, error } = await lab.life.deploy();
    expect([exitCode, error?.code]).toEqual([1, 'operator-missing']);
    expect(error?.hint).toContain('secrets.operator');
    await nothingIsLeft(lab);
    lab.secrets();
  });

  it('brings the operator, for its own namespace only, and the secrets before the workloads that take them', async () => {
    lab.operator.behave({ slow: 2_500 });
    expect(await deployed(lab)).toBe('install');
    lab.operator.behave({});
    const found = await lab.list<Deployment>('deployments');
    const operator = found.find(({ metadata }) => metadata.name === 'incidentfox-external-secrets');
    expect(operator?.spec.template.spec.containers[0]?.args).toEqual(['--namespace=otel-demo']);
    expect(await lab.kubectl('get', 'clusterroles,services', '-A', '-o', 'name')).not.toContain('external-secrets');
    const secrets = await lab.list('secrets');
    for (const [name, [key, fields]] of Object.entries(taken)) {
      const workload = found.find(({ metadata }) => metadata.name === name);
      const secret = secrets.find(({ metadata }) => metadata.name === `${key}-credentials`);
      const at = [secret, workload].map((each) => Date.parse(each?.metadata.creationTimestamp ?? ''));
      expect(at[0]).toBeLessThanOrEqual(at[1] ?? 0);
      const refs = workload?.spec.template.spec.containers[0]?.env?.map(({ valueFrom }) => valueFrom);
      expect(refs).toEqual(fields.map((field) => ({ secretKeyRef: { name: `${key}-credentials`, key: field } })));
    }
  });

  it('changes nothing when it is run again', async () => {
    const before = await versions();
    expect(await deployed(lab)).toBe('none');
    expect(await versions()).toEqual(before);
  });

  it('mends what others removed or changed', async () => {
    await lab.kubectl('delete', 'externalsecret', 'grafana');
    await lab.kubectl('delete', 'secretstore', 'incidentfox');
    const merge = ['--type=merge', '-p', '{"spec":{"refreshInterval":"0s"}}'];
    await lab.kubectl('patch', 'externalsecret', 'postgres', ...merge);
    expect(await deployed(lab)).toBe('none');
    const interval = await lab.kubectl('get', 'externalsecret', 'postgres', '-o', 'jsonpath={.spec.refreshInterval}');
    expect(interval).toMatch(/^1h/);
  });

  it('is refused where Secrets Manager has no such secret', async () => {
    const { source } = lab.file();
    lab.secrets({ source: { ...source, keys: [...source.keys, 'mail'] } });
    const { exitCode, error } = await lab.life.deploy();
    expect([exitCode, error?.code]).toEqual([1, 'secret-missing']);
    expect(error?.message).toContain('incidentfox-test/mail');
    lab.secrets();
    expect(await deployed(lab)).toBe('none');
  });

  it("ends with the operator's own words where it may not read a secret", async () => {
    lab.operator.behave({ failing: 'AccessDeniedException: not authorized to perform secretsmanager:GetSecretValue' });
    await lab.kubectl('delete', 'secret', 'grafana-credentials');
    const { exitCode, error } = await lab.life.deploy();
    lab.operator.behave({});
    expect([exitCode, error?.code]).toEqual([1, 'secret-not-synced']);
    expect(error?.message).toContain('not authorized to perform secretsmanager:GetSecretValue');
    expect(await deployed(lab)).toBe('none');
  });

  it('goes on where the worker is killed, step by step', async () => {
    await lab.kubectl('delete', 'deployment', 'cart');
    // the other activities' kills are in lifecycle.test.ts
    const { killed } = await lab.life.killIn('deploy', (type) => ['installSecrets', 'bringIntoStep'].includes(type));
    expect(killed).toContain('installSecrets');
    expect(await deployed(lab)).toBe('none');
  });
});

describe('teardown', () => {
  it('leaves the kinds where others keep objects of them, and those', async () => {
    await lab.life.demo.plane.kubectl(['create', 'namespace', 'others']);
    await lab.life.demo.plane.kubectl(['create', '-f', '-'], theirs);
    expect(await lab.life.teardown()).toMatchObject({ exitCode: 0, left: [] });
    expect(await lab.life.namespaceExists()).toBe(false);
    const left = await lab.left();
    expect(left).toBe('customresourcedefinition.apiextensions.k8s.io/externalsecrets.external-secrets.io');
    expect(await lab.kubectl('get', 'externalsecrets', '-A', '-o', 'name')).toContain('theirs');
  });

  it('removes them when they are nobody’s any more, wherever the worker is killed', async () => {
    expect(await deployed(lab)).toBe('install');
    await lab.life.demo.plane.kubectl(['delete', 'namespace', 'others']);
    const { killed, result } = await lab.life.killIn('teardown', (type) =>
      ['uninstall', 'findLeftovers'].includes(type),
    );
    expect(result).toMatchObject({ left: [] });
    expect(killed).toContain('uninstall');
    await nothingIsLeft(lab);
  });
});

describe('with an operator of somebody else’s', () => {
  it('that is used, and left as it was', async () => {
    await installExternalSecretsKinds(lab.life.demo.plane);
    const before = await lab.left();
    expect(await deployed(lab)).toBe('install');
    expect(await lab.kubectl('get', 'deployments', '-o', 'name')).not.toContain('external-secrets');
    expect(await lab.life.teardown()).toMatchObject({ exitCode: 0, left: [] });
    await vi.waitFor(async () => expect(await lab.left()).toBe(before), patience);
  });
});
