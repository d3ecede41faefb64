import { STSClient } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';
import { explained } from './errors.ts';
import { type AwsPlace, awsSettings, renewalOf } from './settings.ts';

/** EKS takes the request in a token for 15 minutes, whatever this says; older clusters want it to be at most so many seconds. */
const expiresIn = 60;
/** Its owner asks for a new one a minute before that. */
const lifetime = 14 * 60_000;

export interface EksToken {
  token: string;
  /** ISO 8601 */
  expires: string;
}

/**
 * What an EKS cluster takes for a password: a signed request to STS to say who we are, for that cluster only, which the cluster
 * makes itself. Nothing is sent; throws Problem `aws-credentials` where there are none to sign with.
 */
export async function eksToken(cluster: string, place: AwsPlace, now = new Date()): Promise<EksToken> {
  const { config } = new STSClient(awsSettings(place));
  const { region } = place;
  const { credentials, sha256 } = config;
  // the real service, also where AWS_ENDPOINT_URL names another for this process: the cluster takes no other
  const { hostname } = config.endpointProvider({ Region: region, UseGlobalEndpoint: false }).url;
  const signer = new SignatureV4({ credentials, sha256, region, service: 'sts' });
  const request = {
    method: 'GET',
    protocol: 'https:',
    hostname,
    path: '/',
    query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    headers: { host: hostname, 'x-k8s-aws-id': cluster },
  };
  try {
    const { query } = await signer.presign(request, { expiresIn, signingDate: now });
    const url = `https://${hostname}/?${new URLSearchParams(query as Record<string, string>).toString()}`;
    return {
      token: `k8s-aws-v1.${Buffer.from(url).toString('base64url')}`,
      expires: new Date(now.getTime() + lifetime).toISOString(),
    };
  } catch (error) {
    throw explained(error, 'a token for the cluster', renewalOf(place.profile));
  }
}
