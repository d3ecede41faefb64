import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { configuration, Copy } from './support/configuration.ts';
import { isSimulated, tofuPath } from '../support/terraform/tofu.ts';

interface Sizes {
  natGateways: number;
  app: [capacity: string, type: string];
  system: [capacity: string, type: string];
}

const onDemand: Sizes = { natGateways: 2, app: ['ON_DEMAND', 't3.medium'], system: ['ON_DEMAND', 't3.medium'] };
const expected: Record<string, Sizes> = {
  'presets/one-nat.tfvars': { ...onDemand, natGateways: 1 },
  'presets/small.tfvars': { ...onDemand, app: ['ON_DEMAND', 't3.small'], system: ['ON_DEMAND', 't3.small'] },
  'presets/spot.tfvars': { ...onDemand, app: ['SPOT', 't3.medium'] },
  'terraform.tfvars.example': onDemand,
};
const presets = Object.keys(expected).filter((file) => file.startsWith('presets/'));
const cheapest: Sizes = { natGateways: 1, app: ['SPOT', 't3.small'], system: ['ON_DEMAND', 't3.small'] };

describe.skipIf(!isSimulated)('of the files of variables', () => {
  it('none is forgotten here', () => {
    const files = readdirSync(path.join(configuration, 'presets')).map((file) => `presets/${file}`);
    expect(files.toSorted()).toEqual(presets);
  });

  it.each(Object.entries(expected))('%s makes what it says', async (file, sizes) => {
    const copy = await Copy.make(await tofuPath());
    await copy.init();
    expect(await sizesWith(copy, [file])).toEqual(sizes);
  });

  it('all presets go together, in any order, and can be applied', async () => {
    const copy = await Copy.make(await tofuPath());
    await copy.init();
    expect(await sizesWith(copy, presets)).toEqual(cheapest);
    expect(await sizesWith(copy, presets.toReversed())).toEqual(cheapest);
    expect(await copy.succeed(['apply', 'lab.tfplan'])).toContain('Apply complete!');
    expect(await copy.plan(...presets.map((file) => `-var-file=${file}`))).toMatchObject({ exitCode: 0 });
  });
});

interface Change {
  type: string;
  index?: string;
  change: { after: { capacity_type: string; instance_types: string[] } };
}

async function sizesWith(copy: Copy, files: string[]): Promise<object> {
  const { exitCode } = await copy.plan(...files.map((file) => `-var-file=${file}`), '-out=lab.tfplan');
  expect(exitCode).toBe(2);
  const plan = JSON.parse(await copy.succeed(['show', '-json', 'lab.tfplan'])) as { resource_changes: Change[] };
  const of = (type: string): Change[] => plan.resource_changes.filter((each) => each.type === type);
  const groups = of('aws_eks_node_group').map(({ index = '', change: { after } }) => [
    index,
    [after.capacity_type, after.instance_types[0]],
  ]);
  return { natGateways: of('aws_nat_gateway').length, ...Object.fromEntries(groups) };
}
