import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { onlooker, rigOf } from '../support/terraform/rig.ts';
import { thrownBy, useTofu } from './support/terraform.ts';
import { isSimulated } from '../support/terraform/tofu.ts';

useTofu();

const network = `
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" { region = "us-west-2" }
resource "aws_vpc" "lab" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "lab" { vpc_id = aws_vpc.lab.id }
resource "aws_cloudwatch_log_group" "slow" { name = "slow" }
`;

/** Their creation takes so long (ms); a later step may have none of it. */
const slow = 'aws_cloudwatch_log_group:3000';

async function planned(env: NodeJS.ProcessEnv) {
  const rig = await rigOf(network, { env });
  const run = onlooker();
  await rig.terraform.init(run);
  return { ...rig, run, hash: (await rig.terraform.plan(run)).hash };
}

test.runIf(isSimulated)('what takes long is told while the rest is done', async () => {
  const { terraform, run, hash } = await planned({ TFSIM_DELAY_MS: slow });
  await terraform.apply(run, hash);
  const busy = [{ address: 'aws_cloudwatch_log_group.slow', seconds: expect.any(Number) }];
  expect(run.shown).toContainEqual({ done: 2, of: 3, busy });
  expect(run.shown.at(-1)).toEqual({ done: 3, of: 3, busy: [] });
});

test.runIf(isSimulated)('cancelled, it waits for what it has begun, and that is in the state', async () => {
  const rig = await planned({ TFSIM_DELAY_MS: slow });
  const { terraform, run } = rig;
  const applied = thrownBy(terraform.apply(run, rig.hash));
  await expect.poll(() => run.shown.at(-1)?.busy[0]?.address).toBe('aws_cloudwatch_log_group.slow');
  run.cancel();
  expect(await applied).toMatchObject({ message: 'cancelled' });
  const state = await readFile(path.join(rig.options.directory, 'terraform.tfstate'), 'utf8');
  expect(state).toContain('aws_cloudwatch_log_group');
  expect((await terraform.plan(onlooker())).changes.map(({ address }) => address)).not.toContain(
    'aws_cloudwatch_log_group.slow',
  );
});

test.runIf(isSimulated)(
  'a quota in the middle: its kind is told, what is there stays, and the next plan is for the rest',
  async () => {
    const { terraform, run, hash, options } = await planned({
      TFSIM_FAIL: 'aws_internet_gateway:1:InternetGatewayLimitExceeded',
    });
    await expect(terraform.apply(run, hash)).rejects.toMatchObject({
      code: 'quota-exceeded',
      message: expect.stringContaining('aws_internet_gateway.lab'),
    });
    delete options.env?.['TFSIM_FAIL'];
    const plan = await terraform.plan(run);
    expect(plan.changes).toEqual([{ address: 'aws_internet_gateway.lab', action: 'create' }]);
    await terraform.apply(run, plan.hash);
    expect(await terraform.state()).toEqual({ kind: 'present', resources: 3 });
  },
);
