import { rm } from 'node:fs/promises';
import type { AwsEnvironment } from '../../environments/load.ts';
import type { Caller, InfrastructureActivities } from '../../workflows/lifecycle-contract.ts';
import { awaitCredentials } from '../aws/await-credentials.ts';
import { type AwsClients, awsClients } from '../aws/clients.ts';
import { removeClusterMade } from '../aws/cluster-made/remove.ts';
import { findCluster } from '../aws/eks.ts';
import { freeSecretNames } from '../aws/free-secret-names.ts';
import { whoAmI } from '../aws/identity.ts';
import { writeKubeconfig } from '../aws/kubeconfig.ts';
import { labTerraform } from '../aws/lab-terraform.ts';
import { planLab } from '../aws/plan-lab.ts';
import { requireSameLab } from '../aws/require-same-lab.ts';
import { requireTime } from '../aws/require-time.ts';
import { newSecretsIn } from '../aws/sizes.ts';
import { told } from '../aws/sweep/leftover.ts';
import { leftInTheEnd } from '../aws/sweep/sweep.ts';
import { installAddons } from '../kubernetes/addons.ts';
import { requireState } from '../terraform/require-state.ts';
import type { Terraform } from '../terraform/terraform.ts';
import { environmentNow } from './environment-now.ts';
import { asStep, type Progress } from './step.ts';

/** The steps in which the cluster and what it stands on come and go. `started`: the environment as it was when the worker came up. */
export function createInfrastructureActivities(started: AwsEnvironment): InfrastructureActivities {
  /** A step of its own name, with clients that are made anew, so that renewed credentials count at once. */
  const step =
    <Request extends { tell: Caller }, Answer>(
      name: string,
      work: (at: At, request: Request) => Promise<Answer>,
    ): ((request: Request) => Promise<Answer>) =>
    (request) =>
      asStep(request.tell, name, async (progress, signal) => {
        const environment = environmentNow(started);
        const clients = awsClients(environment.aws);
        const at = { environment, clients, terraform: labTerraform(environment), progress, signal };
        return await work(at, request).finally(() => clients.close());
      });

  return {
    preflightAws: step('looking at the account', async ({ environment, clients, terraform, progress }, { work }) => {
      const { tool, version } = await terraform.version();
      const identity = await whoAmI(clients);
      requireTime(work, identity, environment.aws.profile);
      const { account, arn } = identity;
      const { region, cluster } = environment.aws;
      progress.line(`${tool} ${version}; account ${account} as ${arn}, region ${region}`);
      return { account, region, cluster, warnings: [] };
    }),

    awaitCredentials: step('waiting for AWS credentials', ({ environment, progress, signal }) =>
      awaitCredentials(environment.aws, progress, signal),
    ),

    initTerraform: step('preparing Terraform', async ({ environment, clients, terraform, ...run }, { work }) => {
      await terraform.init(run);
      if (work === 'teardown') await requireState(terraform);
      await requireSameLab(environment.aws, await whoAmI(clients), terraform);
    }),

    planTerraform: step('planning', (at, { destroy }) => planLab(at, destroy)),

    applyTerraform: step('applying', async ({ environment, clients, terraform, progress, signal }, { hash }) => {
      const names = newSecretsIn(await terraform.resources(hash));
      requireTime('deploy', await whoAmI(clients), environment.aws.profile);
      await freeSecretNames(clients, environment.aws, names, progress, signal);
      await terraform.apply({ progress, signal }, hash);
    }),

    connectCluster: step('connecting to the cluster', async ({ environment, clients }) => {
      const { cluster } = environment.aws;
      const file = environment.cluster.kubeconfig ?? '';
      const { status = '', endpoint } = (await findCluster(clients, cluster)) ?? {};
      // one that is half made, or on its way out, has nothing inside that could be looked at
      const exists = endpoint !== undefined && (status === 'ACTIVE' || status === 'UPDATING');
      if (exists) await writeKubeconfig(clients, { cluster, file });
      else await rm(file, { force: true });
      return { exists };
    }),

    installAddons: step(
      'installing what runs beside the demo',
      async ({ environment, terraform, progress, signal }) => ({
        installed: await installAddons(environment, await terraform.outputs(), progress, signal),
      }),
    ),

    removeClusterMade: step('removing what the cluster made', async ({ environment, clients, progress, signal }) => ({
      removed: await removeClusterMade(clients, environment.aws, progress, signal),
    })),

    sweep: step('looking for what is left in the account', async ({ environment, clients, progress, signal }) => {
      const found = await leftInTheEnd(clients, environment.aws, progress, signal);
      // what AWS itself ends at a day that it names is on its way
      for (const ending of found.filter((each) => each.ending !== null)) progress.line(told(ending));
      return { left: found.filter((each) => each.ending === null).map(told) };
    }),
  };
}

interface At {
  environment: AwsEnvironment;
  clients: AwsClients;
  terraform: Terraform;
  progress: Progress;
  signal: AbortSignal;
}
