import { eksToken } from '../../activities/aws/token.ts';
import { printJson } from '../output.ts';

interface Options {
  cluster: string;
  region: string;
  profile?: string;
}

/** `eks-token`: prints nothing but the document that kubectl reads. Throws Problem `aws-credentials`. */
export async function eksTokenCommand({ cluster, region, profile }: Options): Promise<void> {
  const { token, expires } = await eksToken(cluster, { region, profile: profile ?? null });
  printJson({
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token, expirationTimestamp: expires },
  });
}
