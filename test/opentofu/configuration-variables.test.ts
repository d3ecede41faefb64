import { beforeAll, describe, expect, it } from 'vitest';
import { fileCleanup } from '../support/cleanups.ts';
import { Copy, variables } from './support/configuration.ts';
import { isSimulated, tofuPath } from '../support/terraform/tofu.ts';

const cleanup = fileCleanup();
const group = { desired_size: 2, min_size: 1, max_size: 3 };
const secret = { description: 'x', fields: {} };

const refusals: [name: string, variables: object, message: RegExp][] = [
  ['a region that is none', { region: 'oregon' }, /region must be/],
  ['an environment that is no name', { environment: 'My Lab' }, /environment must begin/],
  ['a cluster name that is too long', { cluster_name: 'a'.repeat(41) }, /cluster_name must begin/],
  ['a tag that is the project’s', { tags: { Project: 'mine' } }, /tags must not set/],
  ['a block that is none', { vpc_cidr: '10.0.0.0' }, /must be the first address and the length/],
  ['a block that begins elsewhere', { vpc_cidr: '10.0.0.1/16' }, /must be the first address and the length/],
  ['a block that is too small', { vpc_cidr: '10.0.0.0/24' }, /between \/16/],
  ['a block that is too large', { vpc_cidr: '10.0.0.0/8' }, /between \/16/],
  ['a public block', { vpc_cidr: '8.8.0.0/16' }, /private range/],
  ['a single zone', { zones: 1 }, /zones must be a whole number from 2/],
  ['more zones than there are', { zones: 5 }, /us-west-2 has 3 zones/],
  ['an old Kubernetes', { kubernetes_version: '1.28' }, /kubernetes_version must be 1\.34 or later/],
  ['no word on who may come in', { public_access_cidrs: null }, /public_access_cidrs is not set/],
  ['the world', { public_access_cidrs: ['0.0.0.0/0'] }, /must not open the Kubernetes API to the world/],
  ['half the world', { public_access_cidrs: ['128.0.0.0/1'] }, /must not open the Kubernetes API to the world/],
  ['addresses that are none', { public_access_cidrs: ['home'] }, /public_access_cidrs must be IPv4 blocks/],
  ['everybody as administrator', { admin_principal_arns: ['*'] }, /admin_principal_arns must be ARNs/],
  ['an instance type that is none', { instance_types: ['big'] }, /instance_types must name one or more/],
  ['an instance type of Arm', { instance_types: ['t4g.medium'] }, /instance_types must be x86_64/],
  ['an unknown capacity type', { capacity_type: 'CHEAP' }, /capacity_type must be ON_DEMAND or SPOT/],
  ['no node groups', { node_groups: {} }, /node_groups must hold one or more/],
  ['a group larger than its most', { node_groups: { app: { ...group, desired_size: 5 } } }, /must stand in that order/],
  ['a group of an unknown capacity', { node_groups: { app: { ...group, capacity_type: 'X' } } }, /ON_DEMAND or SPOT/],
  ['a group of no types', { node_groups: { app: { ...group, instance_types: [] } } }, /instance_types must name/],
  ['a group of small disks', { node_groups: { app: { ...group, disk_size_gb: 8 } } }, /disk_size_gb must be from 20/],
  ['a namespace that is none', { demo_namespace: 'otel-*' }, /demo_namespace must be a Kubernetes name/],
  ['no secrets', { secrets: {} }, /secrets must hold one or more/],
  ['a given password', { secrets: { a: { ...secret, fields: { password: 'x' } } } }, /must not hold the password/],
  ['a short time to restore a secret', { secret_recovery_window_days: 3 }, /window_days must be 0, or from 7/],
  ['a short time to restore the key', { kms_deletion_window_days: 1 }, /window_days must be from 7 to 30/],
  ['an odd retention', { log_retention_days: 8 }, /log_retention_days must be one of/],
];

describe.skipIf(!isSimulated)('the configuration refuses', () => {
  let copy: Copy;

  beforeAll(async () => {
    copy = await Copy.make(await tofuPath(), cleanup);
    await copy.init();
  });

  it.each(refusals)('%s', async (_, wrong, message) => {
    await copy.write('test.auto.tfvars.json', JSON.stringify({ ...variables, ...wrong }));
    const { stderr, exitCode } = await copy.plan();
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(message);
    expect(exitCode).toBe(1);
  });
});
