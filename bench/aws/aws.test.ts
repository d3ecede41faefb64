import Table from 'cli-table3';
import { beforeAll, expect, it } from 'vitest';
import { AwsLab } from '../../test/aws/support/aws-lab.ts';
import { Copy } from '../../test/opentofu/support/configuration.ts';
import { isSimulated, tofuPath } from '../../test/support/terraform/tofu.ts';
import { fileCleanup } from '../../test/support/cleanups.ts';
import type { Work } from '../../workflows/lifecycle-contract.ts';
import { lifecycleId } from '../../workflows/lifecycle-contract.ts';
import { inTurn } from '../measure.ts';

// `npm run bench:aws`: what the workflow adds to Terraform, on the simulated providers, each of whose objects takes half a second.
const cleanup = fileCleanup();
const delay = '500';
let aws: AwsLab;
let copy: Copy;

beforeAll(async () => {
  if (!isSimulated) throw new Error('TF_CLI_CONFIG_FILE names no simulated providers');
  aws = await AwsLab.up(cleanup, { TFSIM_DELAY_MS: delay });
  copy = await Copy.make(await tofuPath(), cleanup);
});

/** From when `from` was asked for until `to` was, in the history of a life cycle's child (ms). */
async function span(work: Work, from: string, to: string): Promise<number> {
  const handle = await aws.start(work, work === 'deploy' ? { yes: true } : {});
  await handle.result();
  const { events = [] } = await aws.client.workflow.getHandle(lifecycleId('aws')).fetchHistory();
  const at = (name: string): number => {
    const event = events?.find((each) => each.activityTaskScheduledEventAttributes?.activityType?.name === name);
    return Number(event?.eventTime?.seconds) * 1_000 + Number(event?.eventTime?.nanos) / 1e6;
  };
  return at(to) - at(from);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** With the quotas, the prices and the look whether secrets are scheduled for deletion. */
const ourUp = () => span('deploy', 'initTerraform', 'connectCluster');
const ourDown = () => span('teardown', 'planTerraform', 'sweep');
const bareUp = () =>
  timed(async () => {
    await copy.init();
    await copy.succeed(['plan', '-input=false', '-out=plan'], { DELAY_MS: delay });
    await copy.succeed(['apply', '-input=false', 'plan'], { DELAY_MS: delay });
  });
const bareDown = () =>
  timed(async () => {
    await copy.succeed(['plan', '-destroy', '-input=false', '-out=plan'], { DELAY_MS: delay });
    await copy.succeed(['apply', '-input=false', 'plan'], { DELAY_MS: delay });
  });

it('measures', async () => {
  const taken = await inTurn(3, { ourUp, bareUp, ourDown, bareDown });
  const table = new Table({ head: ['', 'median ms', 'bare tofu, ms', 'ratio', 'aim: at most, ms'] });
  const rows = [
    ['init, plan, apply', taken.ourUp, taken.bareUp],
    ['plan, destroy', taken.ourDown, taken.bareDown],
  ] as const;
  for (const [what, ours, bare] of rows) {
    table.push([what, ours.toFixed(0), bare.toFixed(0), (ours / bare).toFixed(2), (bare * 1.1 + 3_000).toFixed(0)]);
  }
  process.stdout.write(`${table.toString()}\nIn turn, after one round that is not counted; medians of 3 rounds.\n`);
  expect(Object.values(taken).every(Number.isFinite)).toBe(true);
}, 900_000);
