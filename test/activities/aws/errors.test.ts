import { DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { DescribeClusterCommand } from '@aws-sdk/client-eks';
import { ListRolesCommand } from '@aws-sdk/client-iam';
import { ListKeysCommand } from '@aws-sdk/client-kms';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { freePort } from '../../../bench/free-port.ts';
import { type AwsClients, awsClients } from '../../../activities/aws/clients.ts';
import { fileCleanup } from '../../support/cleanups.ts';
import { accountClients, region } from '../../support/aws/account.ts';
import { ec2Error, Front, jsonError, queryError } from '../../support/aws/front.ts';

const cleanup = fileCleanup();
const front = await Front.up(cleanup);
let clients: AwsClients;

beforeEach(() => {
  clients = accountClients(front.endpoint, cleanup);
  front.calls.length = 0;
});

const vpcs = () => clients.ec2.send(new DescribeVpcsCommand({}));
const empty = {
  status: 200,
  headers: { 'content-type': 'text/xml' },
  body: '<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>',
};

describe('a denial', () => {
  test('of EC2 names the action, without its encoded reasons', async () => {
    const encoded = `You are not authorized to perform this operation. Encoded authorization failure message: ${'x'.repeat(900)}`;
    front.answer = () => ec2Error('UnauthorizedOperation', encoded, 403);
    const expected = 'AWS refuses ec2:DescribeVpcs: You are not authorized to perform this operation.';
    await expect(vpcs()).rejects.toMatchObject({ code: 'aws-denied', message: expected });
    expect(front.calls).toEqual(['DescribeVpcs']);
  });

  test('of IAM names the action that IAM names', async () => {
    const said = 'User: arn:aws:iam::123456789012:user/me is not authorized to perform: iam:ListRoles on resource: *';
    front.answer = () => queryError('AccessDenied', said, 403);
    await expect(clients.iam.send(new ListRolesCommand({}))).rejects.toMatchObject({
      code: 'aws-denied',
      message: `AWS refuses iam:ListRoles: ${said}`,
    });
  });

  test('of the services that speak JSON is one as well', async () => {
    front.answer = () => jsonError('AccessDeniedException', 'no', 400);
    const cluster = clients.eks.send(new DescribeClusterCommand({ name: 'demo' }));
    await expect(cluster).rejects.toMatchObject({ code: 'aws-denied', message: 'AWS refuses eks:DescribeCluster: no' });
    const keys = clients.kms.send(new ListKeysCommand({}));
    await expect(keys).rejects.toMatchObject({ code: 'aws-denied', message: 'AWS refuses kms:ListKeys: no' });
  });
});

describe('credentials', () => {
  test.each([
    ['expired', () => queryError('ExpiredToken', 'The security token included in the request is expired', 403)],
    [
      'unknown',
      () => queryError('InvalidClientTokenId', 'The security token included in the request is invalid.', 403),
    ],
    ['wrongly signed', () => queryError('SignatureDoesNotMatch', 'The request signature does not match', 403)],
  ])('that are %s are to be renewed', async (_, answer) => {
    front.answer = answer;
    const failure: unknown = await clients.sts.send(new GetCallerIdentityCommand({})).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'aws-credentials',
      hint: expect.stringContaining('aws sso login') as string,
    });
    expect(JSON.stringify(failure)).not.toContain('not-a-real-secret-key');
  });

  test('that EC2 does not take are to be renewed, by the profile that was named', async () => {
    front.answer = () => ec2Error('RequestExpired', 'Request has expired.');
    await expect(vpcs()).rejects.toMatchObject({ code: 'aws-credentials' });
  });

  test('that are nowhere are a problem before anything is sent', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    await expect(vpcs()).rejects.toMatchObject({ code: 'aws-credentials' });
    const named = awsClients({ region, profile: 'no-such-profile' });
    await expect(named.ec2.send(new DescribeVpcsCommand({}))).rejects.toMatchObject({
      code: 'aws-credentials',
      hint: expect.stringContaining('aws sso login --profile no-such-profile') as string,
    });
    expect(front.calls).toEqual([]);
  });
});

describe('throttling', () => {
  test('is waited out', async () => {
    front.answer = () => (front.calls.length < 3 ? ec2Error('RequestLimitExceeded', 'slow down', 503) : empty);
    await expect(vpcs()).resolves.toMatchObject({ Vpcs: [] });
    expect(front.calls).toHaveLength(3);
  });

  test('that does not end is told as what it is', async () => {
    front.answer = () => queryError('Throttling', 'Rate exceeded');
    await expect(clients.iam.send(new ListRolesCommand({}))).rejects.toMatchObject({
      code: 'aws-unreachable',
      message: 'AWS throttles iam:ListRoles, also at attempt 3: Rate exceeded',
    });
    expect(front.calls).toHaveLength(3);
  });
});

describe('AWS that does not answer', () => {
  test('is unreachable, after some attempts', async () => {
    const gone = accountClients(`http://127.0.0.1:${await freePort()}`, cleanup);
    const failure = gone.sts.send(new GetCallerIdentityCommand({}));
    await expect(failure).rejects.toMatchObject({
      code: 'aws-unreachable',
      message: expect.stringMatching(
        /^AWS cannot be reached for sts:GetCallerIdentity: connect ECONNREFUSED/,
      ) as string,
    });
  });

  test('or that has failed itself, is as well', async () => {
    front.answer = () => ec2Error('InternalError', 'An internal error has occurred', 500);
    await expect(vpcs()).rejects.toMatchObject({ code: 'aws-unreachable' });
    expect(front.calls).toHaveLength(3);
  });
});

test('any other error stays what it is', async () => {
  front.answer = () => ec2Error('InvalidVpcID.NotFound', "The vpc ID 'vpc-1' does not exist");
  await expect(vpcs()).rejects.toMatchObject({
    name: 'InvalidVpcID.NotFound',
    message: "The vpc ID 'vpc-1' does not exist",
  });
});
