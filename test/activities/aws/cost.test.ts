import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type Cost, costOf, costSoFar, type Sizes } from '../../../activities/aws/cost.ts';
import { readPrices } from '../../../activities/aws/prices.ts';
import { temporaryDirectory } from '../../support/flags.ts';

const table = `
date: 2026-11-25
source: somewhere
currency: USD
region: us-west-2
hourly:
  eks_cluster: 0.10
  nat_gateway: 0.05
  public_ipv4: 0.01
  load_balancer: 0.02
  instances:
    t3.small: { on_demand: 0.03, spot: 0.01 }
monthly:
  ebs_gp3_gb: 0.073
  kms_key: 0.73
  secret: 0.365
`;

const nothing: Sizes = {
  nodeGroups: [],
  natGateways: 0,
  publicAddresses: 0,
  loadBalancers: 0,
  volumesGb: 0,
  kmsKeys: 0,
  secrets: 0,
};

async function pricesIn(text: string) {
  const file = path.join(await temporaryDirectory(), 'prices.yaml');
  await writeFile(file, text);
  return readPrices(file);
}

const linesOf = ({ lines }: Cost) => lines.map(({ what, hourly }) => [what, hourly && Number(hourly.toFixed(6))]);

test('tells what each part costs, and all together', async () => {
  const sizes: Sizes = {
    nodeGroups: [
      { type: 't3.small', capacity: 'ON_DEMAND', count: 2, diskGb: 20 },
      { type: 't3.small', capacity: 'SPOT', count: 3, diskGb: 20 },
      { type: 't3.small', capacity: 'SPOT', count: 0, diskGb: 20 },
    ],
    natGateways: 2,
    publicAddresses: 1,
    loadBalancers: 1,
    volumesGb: 50,
    kmsKeys: 1,
    secrets: 4,
  };
  const cost = costOf(sizes, await pricesIn(table));
  expect(linesOf(cost)).toEqual([
    ['control plane', 0.1],
    ['2 × t3.small, on demand', 0.06],
    ['3 × t3.small, spot', 0.03],
    ['2 NAT gateways', 0.1],
    ['3 public IPv4 addresses', 0.03],
    ['1 load balancers', 0.02],
    ['150 GB of disks', 0.015],
    ['1 KMS keys', 0.001],
    ['4 secrets', 0.002],
  ]);
  expect(cost.hourly).toBeCloseTo(0.358);
  expect(cost.monthly).toBeCloseTo(0.358 * 730);
  expect(cost).toMatchObject({
    currency: 'USD',
    date: '2026-11-25',
    region: 'us-west-2',
    source: 'somewhere',
    unknown: [],
  });
});

test('tells an instance type without a price as unknown, and not as free', async () => {
  const nodeGroups: Sizes['nodeGroups'] = [
    { type: 'z9.huge', capacity: 'SPOT', count: 1, diskGb: 0 },
    { type: 'constructor', capacity: 'ON_DEMAND', count: 1, diskGb: 0 },
  ];
  const cost = costOf({ ...nothing, nodeGroups }, await pricesIn(table));
  expect(linesOf(cost)).toEqual([
    ['control plane', 0.1],
    ['1 × z9.huge, spot', null],
    ['1 × constructor, on demand', null],
  ]);
  expect(cost).toMatchObject({ hourly: 0.1, unknown: ['z9.huge', 'constructor'] });
});

test('tells what was spent so far', () => {
  const since = '2026-11-25T12:00:00Z';
  expect(costSoFar(0.5, since, Date.parse('2026-11-25T15:30:00Z'))).toBe(1.75);
  expect(costSoFar(0.5, since, Date.parse('2026-11-25T11:00:00Z'))).toBe(0);
});

test.each([
  ['a price that is none', table.replace('0.10', 'cheap'), /hourly\.eks_cluster/],
  ['a negative price', table.replace('0.10', '-0.10'), /hourly\.eks_cluster/],
  ['no date', table.replace('date: 2026-11-25', ''), /date/],
  ['what is no YAML', ': [', /cannot be read/],
  ['nothing at all', '', /top level/],
])('refuses a table with %s', async (_, text, message) => {
  await expect(pricesIn(text)).rejects.toMatchObject({ code: 'bad-input', message });
});

test('refuses a table that is not there', async () => {
  await expect(readPrices('/no/such/prices.yaml')).rejects.toMatchObject({ code: 'bad-input', message: /ENOENT/ });
});
