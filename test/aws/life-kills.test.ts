import { beforeAll, describe, expect, it } from 'vitest';
import type { DeployResult, TeardownResult } from '../../workflows/lifecycle-contract.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { AwsLab } from './support/aws-lab.ts';
import { isSimulated } from './support/tofu.ts';

// the worker is killed in the middle of what takes longest
const cleanup = fileCleanup();
let aws: AwsLab;

/** Every object was made, or removed, once: no second apply ran beside the first or after it. */
function expectOnce(action: 'create' | 'delete'): void {
  const ids = aws
    .journal()
    .filter((line) => line.action === action)
    .map(({ type, id }) => `${type} ${id}`);
  expect(ids.length).toBeGreaterThan(50);
  expect(ids.length).toBe(new Set(ids).size);
}

describe.skipIf(!isSimulated)('a lab on AWS whose worker is killed', () => {
  beforeAll(async () => {
    const slow = 'aws_nat_gateway:2000,aws_eks_cluster:2000,aws_eks_node_group:2000,aws_vpc:500';
    aws = await AwsLab.up(cleanup, { TFSIM_DELAY_MS: slow });
  });

  it('in the middle of an apply comes up all the same, and nothing is made twice', async () => {
    const handle = await aws.start('deploy', { yes: true });
    await aws.shows(handle, ({ step, resources }) => step === 'applying' && (resources?.done ?? 0) > 10);
    await aws.killWorker();
    expect((await handle.result()) as DeployResult).toMatchObject({ workloads: { ready: 26 } });
    expectOnce('create');
  });

  it('in the middle of a destroy goes down all the same', async () => {
    const handle = await aws.start('teardown');
    await aws.shows(handle, ({ step, resources }) => step === 'applying' && (resources?.done ?? 0) > 10);
    await aws.killWorker();
    expect((await handle.result()) as TeardownResult).toMatchObject({ left: [] });
    expectOnce('delete');
    expect(aws.account.objects('aws_vpc')).toEqual([]);
  });
});
