import { expect, test, vi } from 'vitest';
import { eksToken } from '../../activities/aws/token.ts';
import { run } from '../../activities/command.ts';
import { region, useAccount } from '../support/aws/account.ts';
import { pythonTool } from '../support/python-tools.ts';

test('a token is signed as AWS’s own library signs, for that cluster and no other', async () => {
  // a token is made without a call: nothing listens there
  useAccount('http://127.0.0.1:9');
  vi.stubEnv('AWS_SESSION_TOKEN', 'a/session+token==');
  const at = new Date('2026-11-25T12:00:00Z');
  const { token } = await eksToken('demo', { region, profile: null }, at);
  const url = new URL(Buffer.from(token.replace('k8s-aws-v1.', ''), 'base64url').toString());
  const signature = url.searchParams.get('X-Amz-Signature');
  expect(await signedByBotocore(url, 'demo')).toBe(signature);
  expect(await signedByBotocore(url, 'demo-2')).not.toBe(signature);
});

/** The signature that botocore gives such a request. */
async function signedByBotocore(url: URL, cluster: string): Promise<string> {
  const { file: python, env } = await pythonTool('moto.server');
  const unsigned = url.href.replace(/&X-Amz-Signature=\w+/, '');
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN = '' } = process.env;
  const keys = [AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN];
  const input = JSON.stringify({ url: unsigned, cluster, region, keys, date: url.searchParams.get('X-Amz-Date') });
  return (await run(python, ['-c', botocore], { env, input })).stdout;
}

const botocore = `
import json, sys
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
given = json.load(sys.stdin)
auth = SigV4QueryAuth(Credentials(*given['keys']), 'sts', given['region'])
request = AWSRequest('GET', given['url'], headers={'x-k8s-aws-id': given['cluster']})
request.context['timestamp'] = given['date']
print(auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request))
`;
