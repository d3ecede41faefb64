import type { AwsEnvironment } from '../../environments/load.ts';
import type { Progress } from '../lifecycle/step.ts';
import { Cluster } from './cluster.ts';
import { ensureRelease } from './ensure-release.ts';
import { Helm, type ReleaseSpec } from './helm.ts';

const controller = 'aws-load-balancer-controller';

/**
 * Installs what runs in the cluster beside the demo, where it is not there as it shall be: the controller that makes load balancers of
 * Services and Ingresses. `outputs`: Terraform's. Answers what was installed.
 */
export async function installAddons(
  environment: AwsEnvironment,
  outputs: Record<string, unknown>,
  progress: Progress,
  signal: AbortSignal,
): Promise<string[]> {
  const { loadBalancers } = environment.aws;
  if (loadBalancers === null) return [];
  const cluster = new Cluster({ ...environment.cluster, namespace: 'kube-system' });
  const helm = new Helm(cluster);
  const spec: ReleaseSpec = { name: controller, ...loadBalancers, values: [], inline: valuesOf(environment, outputs) };
  const isChanged = await ensureRelease(cluster, helm, spec, environment.name, progress, signal);
  return isChanged ? [controller] : [];
}

/** As its chart has them; the role trusts exactly this service account. */
function valuesOf({ aws }: AwsEnvironment, outputs: Record<string, unknown>): object {
  const { load_balancer_controller_role_arn: role, vpc_id: vpcId, tags } = outputs;
  return {
    clusterName: aws.cluster,
    region: aws.region,
    vpcId,
    // what it makes is found by these, once the cluster is gone
    defaultTags: tags,
    serviceAccount: { create: true, name: controller, annotations: { 'eks.amazonaws.com/role-arn': role } },
    // it makes its certificate anew at each rendering, which would be a change each time
    keepTLSSecret: true,
  };
}
