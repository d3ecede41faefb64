import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import { ElasticLoadBalancingClient } from '@aws-sdk/client-elastic-load-balancing';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { STSClient } from '@aws-sdk/client-sts';
import { type AwsPlace, awsSettings, explaining, type Patience } from './settings.ts';

export type AwsClients = ReturnType<typeof awsClients>;

/**
 * The clients for a region, with credentials of the SDK's standard chain. Nothing is asked before it is needed. Calls are
 * bounded in time and throttled ones are repeated; what fails in the end throws the Problems of errors.ts.
 */
export function awsClients({ region, profile }: AwsPlace, patience?: Patience) {
  const place = { region, profile };
  const settings = awsSettings(place, patience);
  const clients = {
    sts: new STSClient(settings),
    ec2: new EC2Client(settings),
    eks: new EKSClient(settings),
    loadBalancers: new ElasticLoadBalancingV2Client(settings),
    classicLoadBalancers: new ElasticLoadBalancingClient(settings),
    secrets: new SecretsManagerClient(settings),
    logs: new CloudWatchLogsClient(settings),
    kms: new KMSClient(settings),
    iam: new IAMClient(settings),
    quotas: new ServiceQuotasClient(settings),
  };
  for (const client of Object.values(clients)) client.middlewareStack.use(explaining(place));
  return {
    ...clients,
    ...place,
    /** ends the connections that are kept open */
    close: (): void => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
