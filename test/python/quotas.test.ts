import { beforeAll, beforeEach, expect, test } from 'vitest';
import { missingQuota, type Needs } from '../../activities/aws/quotas.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { accountClients } from '../support/aws/account.ts';
import { Front, json, jsonError } from '../support/aws/front.ts';
import { Moto } from '../support/aws/moto.ts';
import { cluster, elasticAddress, instance, natGateway, network } from '../support/aws/seed.ts';

const cleanup = fileCleanup();
const moto = Moto.shared();
beforeAll(() => moto.reset());
const front = await Front.up(cleanup, moto.endpoint);
const clients = accountClients(front.endpoint, cleanup);
const names = { lab: 'lab', cluster: 'demo' };
const tags = { Project: 'incidentfox', Environment: 'lab' };
let limit: number;

beforeEach(async () => {
  await moto.reset();
  limit = 100;
  // moto knows the quotas of VPC only, and all by their defaults
  front.answer = (action) => (action === 'GetServiceQuota' ? json({ Quota: { Value: limit } }) : undefined);
});

const needs: Needs = {
  vpcs: 1,
  clusters: 1,
  natGateways: 2,
  elasticAddresses: 2,
  nodeGroups: [
    { type: 't3.medium', capacity: 'ON_DEMAND', count: 2 },
    { type: 'm5.large', capacity: 'SPOT', count: 3 },
  ],
};

const look = (wanted: Partial<Needs> = {}) => missingQuota(clients, names, { ...needs, ...wanted });

test('misses nothing where there is room', async () => {
  expect(await look()).toEqual({ missing: [], warnings: [] });
});

test('tells everything that there is too little of, and how much of it others use', async () => {
  const net = await network(clients, {});
  await cluster(clients, net, 'other', {});
  await elasticAddress(clients, {});
  await instance(clients, net, {}, 't3.medium');
  limit = 2;
  expect(await look()).toEqual({
    missing: [
      'VPCs: 1 needed, 2 of 2 in use (quota vpc/L-F678F1CE)',
      'elastic addresses: 2 needed, 1 of 2 in use (quota ec2/L-0263D0A3)',
      'vCPUs of on-demand instances: 4 needed, 2 of 2 in use (quota ec2/L-1216C47A)',
      'vCPUs of spot instances: 6 needed, 0 of 2 in use (quota ec2/L-34B43A08)',
    ],
    warnings: [],
  });
});

test('does not count what the lab has already', async () => {
  const net = await network(clients, tags);
  await cluster(clients, net, 'demo', tags);
  await elasticAddress(clients, tags);
  await natGateway(clients, net, await elasticAddress(clients, tags), tags);
  for (const _ of [1, 2]) await instance(clients, net, tags, 't3.medium');
  limit = 6;
  expect(await look()).toEqual({ missing: [], warnings: [] });
});

test('takes NAT gateways for missing only where too few zones have room', async () => {
  const net = await network(clients, {});
  await natGateway(clients, net, await elasticAddress(clients, {}), {});
  limit = 1;
  const only = { vpcs: 0, clusters: 0, elasticAddresses: 0, nodeGroups: [] };
  expect(await look({ ...only, natGateways: 2 })).toEqual({ missing: [], warnings: [] });
  expect(await look({ ...only, natGateways: 4 })).toEqual({
    missing: ['NAT gateways in each of 4 zones: 1 needed, 1 of 1 in use (quota vpc/L-FE5A380F)'],
    warnings: [],
  });
});

test('names the instance types that the region does not have', async () => {
  const nodeGroups: Needs['nodeGroups'] = [{ type: 't3.gigantic', capacity: 'SPOT', count: 1 }];
  expect(await look({ nodeGroups })).toEqual({
    missing: ['the region has no instances of type t3.gigantic'],
    warnings: [],
  });
});

test('only warns of quotas that it may not read', async () => {
  front.answer = (action) =>
    action === 'GetServiceQuota' ? jsonError('AccessDeniedException', 'not for you', 400) : undefined;
  const { missing, warnings } = await look();
  expect(missing).toEqual([]);
  expect(warnings).toHaveLength(6);
  expect(warnings[0]).toBe(
    'quota vpc/L-F678F1CE (VPCs) cannot be read: AWS refuses servicequotas:GetServiceQuota: not for you',
  );
});

test('takes the default of a quota that was never changed', async () => {
  front.answer = (action) => {
    if (action === 'GetServiceQuota') return jsonError('NoSuchResourceException', 'never changed', 400);
    return action === 'GetAWSDefaultServiceQuota' ? json({ Quota: { Value: 1 } }) : undefined;
  };
  const { missing } = await look({ nodeGroups: [], natGateways: 0 });
  expect(missing).toEqual([
    'VPCs: 1 needed, 1 of 1 in use (quota vpc/L-F678F1CE)',
    'elastic addresses: 2 needed, 0 of 1 in use (quota ec2/L-0263D0A3)',
  ]);
});

test('reads moto’s own quotas as well', async () => {
  front.answer = () => undefined;
  const only = { clusters: 0, elasticAddresses: 0, nodeGroups: [] };
  expect(await look({ ...only, vpcs: 5 })).toEqual({
    missing: ['VPCs: 5 needed, 1 of 5 in use (quota vpc/L-F678F1CE)'],
    warnings: [],
  });
});
