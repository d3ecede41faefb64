import { CreateNodegroupCommand } from '@aws-sdk/client-eks';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeNodegroups } from '../../activities/aws/eks.ts';
import type { ErrorDocument } from '../../workflows/problem.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { builtCommand } from '../support/lab.ts';
import { accountClients } from '../support/aws/account.ts';
import { environmentFile } from './support/environment.ts';
import { Moto } from '../support/aws/moto.ts';
import { cluster, instance, network } from '../support/aws/seed.ts';

const cleanup = fileCleanup();
const moto = Moto.shared();
beforeAll(() => moto.reset());
const clients = accountClients(moto.endpoint, cleanup);
const file = environmentFile(await temporaryDirectory(cleanup), 'demo');

beforeAll(async () => {
  const net = await network(clients, {});
  await cluster(clients, net, 'demo', {});
  const common = { clusterName: 'demo', nodeRole: 'arn:aws:iam::123456789012:role/node', subnets: [net.subnet] };
  const scalingConfig = { minSize: 1, maxSize: 4, desiredSize: 2 };
  await clients.eks.send(new CreateNodegroupCommand({ ...common, nodegroupName: 'app', scalingConfig }));
  // moto plays no autoscaling: as many as there are to be
  const tags = { 'eks:cluster-name': 'demo', 'eks:nodegroup-name': 'app' };
  for (let nodes = 0; nodes < 3; nodes += 1) await instance(clients, net, tags, 't3.medium');
});

const scale = (...args: string[]) => builtCommand('scale', [...args, '--environment', file]);
const desired = async () => (await describeNodegroups(clients, 'demo')).map((group) => group.desired);

describe('scale nodegroup', () => {
  it('sets how many nodes a group is to have, shows how far that is, and prints what undoes it', async () => {
    const { stdout, stderr, exitCode } = await scale('nodegroup', 'app', '--desired', '3', '--json');
    expect([exitCode, stderr]).toEqual([0, 'node group app: asking AWS']);
    const undo = `npm run scale -- nodegroup app --desired 2 --environment ${file}`;
    expect(JSON.parse(stdout)).toEqual({ cluster: 'demo', name: 'app', desired: 3, before: 2, undo });
    expect(await desired()).toEqual([3]);
  });

  it('changes nothing where there are as many already', async () => {
    const { stdout, exitCode } = await scale('NodeGroup', 'app', '--desired', '3');
    expect([exitCode, stdout]).toEqual([0, 'Node group app of demo has 3 nodes already; nothing was changed.']);
  });

  it.each([
    [
      'a name that is nearly right',
      ['nodegroup', 'apps', '--desired', '2'],
      'no-such-nodegroup',
      /^Did you mean app\?/,
    ],
    ['no number', ['nodegroup', 'app', '--desired', 'many'], 'bad-input', /whole number/],
    ['a part of a node', ['nodegroup', 'app', '--desired', '1.5'], 'bad-input', /whole number/],
    ['a negative number', ['nodegroup', 'app', '--desired', '-1'], 'bad-input', /whole number/],
    ['nothing at all', ['nodegroup', 'app', '--desired', ''], 'bad-input', /whole number/],
    ['more than the limits allow', ['nodegroup', 'app', '--desired', '5'], 'bad-usage', /max_size/],
    ['less than the limits allow', ['nodegroup', 'app', '--desired', '0'], 'bad-usage', /min_size/],
    ['no number at all', ['nodegroup', 'app'], 'bad-usage', /--desired 3/],
    ['replicas of a node group', ['nodegroup', 'app', '--replicas', '2'], 'bad-usage', /--desired 3/],
    ['both', ['nodegroup', 'app', '--desired', '2', '--replicas', '2'], 'bad-usage', /--desired 3/],
    ['nodes of a deployment', ['deployment', 'frontend', '--desired', '2'], 'bad-usage', /--replicas 3/],
    ['a deployment without a number', ['deployment', 'frontend'], 'bad-usage', /--replicas 3/],
    ['another kind', ['node', 'app', '--desired', '2'], 'bad-usage', /--replicas 3/],
  ])('refuses %s', async (_what, args, code, hint) => {
    const before = await desired();
    const { stdout, exitCode } = await scale(...args, '--json');
    expect(exitCode).toBe(2);
    const { error } = JSON.parse(stdout) as ErrorDocument;
    expect(error).toMatchObject({ code, hint: expect.stringMatching(hint) as string });
    expect(await desired()).toEqual(before);
  });

  it('says what is wrong with the credentials', async () => {
    const env = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
    const args = ['nodegroup', 'app', '--desired', '2', '--environment', file, '--json'];
    const { stdout, exitCode } = await builtCommand('scale', args, env);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'aws-credentials' } });
  });
});
