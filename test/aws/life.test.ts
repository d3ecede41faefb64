import { statSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CreateVolumeCommand, EC2Client } from '@aws-sdk/client-ec2';
import type { DeployResult, DriftResult, TeardownResult } from '../../workflows/lifecycle-contract.ts';
import type { IncidentResult } from '../../workflows/contract.ts';
import { fileCleanup } from '../support/cleanups.ts';
import { builtCommand } from '../support/lab.ts';
import { AwsLab } from './support/aws-lab.ts';
import type { Operation } from '../support/terraform/journal.ts';
import { isSimulated } from '../support/terraform/tofu.ts';

const cleanup = fileCleanup();
let aws: AwsLab;

const read = <Result>({ stdout }: { stdout: string }) => JSON.parse(stdout) as Result;
const deploy = async (...args: string[]) => aws.lab.deploy(...args, '--json');
const made = (action: Operation['action']) => aws.journal().filter((line) => line.action === action && !line.error);

describe.skipIf(!isSimulated)('a lab on AWS', () => {
  beforeAll(async () => {
    aws = await AwsLab.up(cleanup);
  });

  it('says what it would make, and makes nothing', async () => {
    const { stdout, exitCode } = await deploy('--plan-only');
    const { infrastructure, release, changes } = JSON.parse(stdout) as DriftResult;
    expect([exitCode, changes, release]).toEqual([1, true, null]);
    expect(infrastructure?.add).toBeGreaterThan(40);
    expect(infrastructure?.cost).toMatchObject({ currency: 'USD', unknown: [] });
    expect(infrastructure?.cost?.hourly).toBeGreaterThan(0.2);
    expect(aws.account.objects('aws_vpc')).toEqual([]);
  });

  it('comes up from nothing, breaks and recovers', async () => {
    const answer = await deploy('--yes');
    expect([answer.exitCode, answer.stderr]).toEqual([0, expect.any(String)]);
    const result = read<DeployResult>(answer);
    expect(result).toMatchObject({
      change: 'install',
      workloads: { ready: 27, of: 27 },
      frontDoor: { status: 200 },
      infrastructure: { account: '123456789012', region: 'us-west-2', cluster: 'incidentfox-demo' },
    });
    expect(result.infrastructure?.applied?.add).toBe(made('create').length);
    expect(statSync(path.join(aws.lab.directory, 'kubeconfig')).mode & 0o777).toBe(0o600);
    expect(aws.account.tokensFor).toContain('test');
    const addon = [
      'get',
      'configmap',
      'aws-load-balancer-controller',
      '-n',
      'kube-system',
      '-o',
      'jsonpath={.data.values}',
    ];
    const values = JSON.parse(await aws.demo.plane.kubectl(addon)) as Record<string, unknown>;
    expect(values).toMatchObject({ clusterName: 'incidentfox-demo', vpcId: expect.stringMatching(/^vpc-/) });
    const account = ['get', 'serviceaccount', 'external-secrets', '-n', 'otel-demo', '-o', 'jsonpath={.metadata}'];
    // the role that Terraform made, and the user that it gave the secret
    expect(await aws.demo.plane.kubectl(account)).toContain('role/incidentfox-demo-external-secrets');
    const user = ['get', 'secret', 'postgres-credentials', '-n', 'otel-demo', '-o', 'jsonpath={.data.username}'];
    expect(await aws.demo.plane.kubectl(user)).toBe(Buffer.from('otelu').toString('base64'));
    const status = await builtCommand('status', ['--json'], aws.lab.env);
    expect(JSON.parse(status.stdout)).toMatchObject({
      secrets: [
        { name: 'grafana', inStep: true },
        { name: 'postgres', inStep: true },
      ],
      release: { status: 'deployed' },
      aws: {
        cluster: { status: 'ACTIVE' },
        nodegroups: [
          { name: 'app', desired: 6 },
          { name: 'system', desired: 2 },
        ],
      },
      cost: { unknown: [] },
    });
    const incident = await aws.lab.incident('payment-failure', '--variant', '50%', '--duration', '2s', '--json');
    expect(read<IncidentResult>(incident)).toMatchObject({ outcome: 'recovered' });
  });

  it('changes nothing where nothing is to be changed', async () => {
    const before = aws.journal().length;
    expect(read<DeployResult>(await deploy('--yes'))).toMatchObject({
      change: 'none',
      infrastructure: { applied: null },
    });
    expect(await deploy('--plan-only')).toMatchObject({ exitCode: 0 });
    expect(aws.journal().length).toBe(before);
  });

  it('goes down to nothing, and is not done while something of it is left', async () => {
    const client = new EC2Client({
      region: 'us-west-2',
      endpoint: aws.moto.endpoint,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const tags = [
      { Key: 'Project', Value: 'incidentfox' },
      { Key: 'Environment', Value: 'lab' },
    ];
    const TagSpecifications = [{ ResourceType: 'volume' as const, Tags: tags }];
    await client.send(new CreateVolumeCommand({ AvailabilityZone: 'us-west-2a', Size: 1, TagSpecifications }));
    const handle = await aws.start('teardown');
    await aws.shows(handle, ({ detail }) => /still there: volume vol-/.test(detail ?? ''));
    await aws.moto.reset();
    const result = (await handle.result()) as TeardownResult;
    expect(result).toMatchObject({ left: [], namespace: 'otel-demo' });
    expect(made('delete').length).toBe(made('create').length);
    expect(aws.account.objects('aws_vpc')).toEqual([]);
  });
});
