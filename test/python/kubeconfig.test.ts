import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { writeKubeconfig } from '../../activities/aws/kubeconfig.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { accountClients, region, useAccount } from '../support/aws/account.ts';
import { Front, json } from '../support/aws/front.ts';
import { Moto } from '../support/aws/moto.ts';
import { cluster as makeCluster, network } from '../support/aws/seed.ts';

const cleanup = fileCleanup();
const moto = Moto.shared();
const front = await Front.up(cleanup, moto.endpoint);
const clients = accountClients(front.endpoint, cleanup);
beforeAll(async () => {
  await moto.reset();
  await makeCluster(clients, await network(clients, {}), 'demo', {});
});

beforeEach(() => {
  front.answer = () => undefined;
  useAccount(moto.endpoint);
});

function write(file: string, name = 'demo', profile: string | null = null) {
  return writeKubeconfig({ eks: clients.eks, region, profile }, { cluster: name, file });
}

describe('a kubeconfig', () => {
  test('is its owner’s only, whole, and without a secret', async () => {
    const file = path.join(await temporaryDirectory(), 'lab/kubeconfig');
    const { server } = await write(file);
    expect(server).toMatch(/^https:/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(path.dirname(file))).toEqual(['kubeconfig']);
    const text = await readFile(file, 'utf8');
    expect(text).not.toContain(process.env['AWS_SECRET_ACCESS_KEY']);
    expect(text).not.toMatch(/token:|password|client-key/);
  });

  test('replaces one that others could read', async () => {
    const file = path.join(await temporaryDirectory(), 'kubeconfig');
    await writeFile(file, 'an older one', { mode: 0o644 });
    await write(file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toContain('current-context: demo');
  });

  test('names the profile where there is one', async () => {
    const file = path.join(await temporaryDirectory(), 'kubeconfig');
    await write(file, 'demo', 'lab');
    const config = new KubeConfig();
    config.loadFromFile(file);
    const { args } = (config.getCurrentUser() as { exec?: { args?: string[] } } | null)?.exec ?? {};
    expect(args?.slice(1)).toEqual(['--cluster', 'demo', '--region', region, '--profile', 'lab']);
  });

  test.each([
    ['of a cluster that is not there', 'no-cluster', undefined, `EKS cluster no-cluster in ${region} is not there`],
    [
      'of one that is being made',
      'demo',
      { cluster: { name: 'demo', status: 'CREATING' } },
      `EKS cluster demo in ${region} is CREATING and has no address`,
    ],
  ])('%s is a problem, and leaves the one that is there', async (_, name, answer, message) => {
    const file = path.join(await temporaryDirectory(), 'kubeconfig');
    await writeFile(file, 'an older one');
    front.answer = () => answer && json(answer);
    await expect(write(file, name)).rejects.toMatchObject({ code: 'not-ready', message });
    expect(await readFile(file, 'utf8')).toBe('an older one');
  });
});
