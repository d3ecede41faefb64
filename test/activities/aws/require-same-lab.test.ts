import { expect, it } from 'vitest';
import { requireSameLab } from '../../../activities/aws/require-same-lab.ts';

const environment = { region: 'us-west-2', cluster: 'demo', lab: 'lab' };
const outputs = { account_id: '123456789012', region: 'us-west-2', cluster_name: 'demo', tags: { Environment: 'lab' } };

/** A state with so many resources and these outputs. */
const stateOf = (resources: number, found: Record<string, unknown>) => ({
  state: () => Promise.resolve({ kind: 'present' as const, resources }),
  outputs: () => Promise.resolve(found),
});
const check = (found: Record<string, unknown>, resources = 50) =>
  requireSameLab(environment, { account: '123456789012' }, stateOf(resources, found));

it('takes the state of the lab, also of one that is half made', async () => {
  await check(outputs);
  await expect(check({ region: 'us-west-2' })).resolves.toBeUndefined();
});

it.each([
  ['account', { ...outputs, account_id: '999999999999' }],
  ['region', { ...outputs, region: 'eu-central-1' }],
  ['cluster', { ...outputs, cluster_name: 'other' }],
  ['lab', { ...outputs, tags: { Environment: 'theirs' } }],
])('refuses that of another %s', async (what, found) => {
  await expect(check(found)).rejects.toMatchObject({
    code: 'lab-mismatch',
    message: expect.stringContaining(`of ${what} `),
  });
});

it('has nothing against one that holds nothing any more', async () => {
  await expect(check({ ...outputs, region: 'eu-central-1' }, 0)).resolves.toBeUndefined();
});
