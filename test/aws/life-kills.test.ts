import { beforeAll, describe, expect, it } from 'vitest';
import type { TeardownResult } from '../../workflows/lifecycle-contract.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { isFull } from '../support/matrix.ts';
import { awsDeploySteps, awsTeardownSteps, drawSteps } from '../support/steps.ts';
import { AwsLab } from './support/aws-lab.ts';
import { assertOrder, type Operation } from '../support/terraform/journal.ts';
import { order, slow } from '../support/terraform/order.ts';
import { isSimulated } from '../support/terraform/tofu.ts';

// the worker is killed in each step that is seen, in that of Terraform too; each takes some seconds to be missed
const patience = 500_000;
const cleanup = fileCleanup();
let aws: AwsLab;

/** Every object was made, or removed, once: no second apply ran beside the first or after it. */
function once(action: Operation['action']): Operation[] {
  const operations = aws.journal().filter((line) => line.action === action);
  const ids = operations.map(({ type, id }) => `${type} ${id}`);
  expect(ids.length).toBeGreaterThan(50);
  expect(ids.length).toBe(new Set(ids).size);
  return operations;
}

/** The longest activity was met; of the quick ones some end between two looks. */
function expectMost(steps: string[]): void {
  expect(steps).toContain('applyTerraform');
  expect(steps.length).toBeGreaterThan(isFull() ? 5 : 1);
}

describe.skipIf(!isSimulated)('a lab on AWS whose worker is killed in every step', () => {
  beforeAll(async () => {
    aws = await AwsLab.up(cleanup, { TFSIM_DELAY_MS: slow });
  });

  it(
    'comes up all the same, all in order and nothing twice',
    async () => {
      const handle = await aws.start('deploy', { yes: true });
      const drawn = drawSteps('deploy on AWS, worker killed', awsDeploySteps);
      expectMost(await aws.killInSteps(handle, drawn));
      expect(await handle.result()).toMatchObject({ workloads: { ready: 27 }, frontDoor: { status: 200 } });
      const made = once('create');
      for (const [, first, then] of order) expect(() => assertOrder(made, first, then)).not.toThrow();
    },
    patience,
  );

  it(
    'goes down all the same',
    async () => {
      const handle = await aws.start('teardown');
      const drawn = drawSteps('teardown on AWS, worker killed', awsTeardownSteps);
      expectMost(await aws.killInSteps(handle, drawn));
      expect((await handle.result()) as TeardownResult).toMatchObject({ left: [] });
      const gone = once('delete');
      for (const [, first, then] of order) expect(() => assertOrder(gone, then, first)).not.toThrow();
      expect(aws.account.objects('aws_vpc')).toEqual([]);
    },
    patience,
  );
});
