import path from 'node:path';
import type { AwsEnvironment } from '../../environments/load.ts';
import { labDirectory } from '../../environments/lab-directory.ts';
import { projectRoot } from '../../environments/root.ts';
import { Problem } from '../../workflows/problem.ts';
import type { StateBackend } from '../terraform/options.ts';
import { Terraform } from '../terraform/terraform.ts';

/** Terraform with the lab's configuration, for an environment; what it keeps is in the lab's directory. */
export function labTerraform(environment: AwsEnvironment): Terraform {
  const { name, aws, cluster } = environment;
  const { region, profile, lab } = aws;
  return new Terraform({
    configuration: path.join(projectRoot, 'terraform'),
    directory: path.join(labDirectory(name), 'terraform'),
    variableFiles: aws.terraform.variables.map((file) => path.resolve(projectRoot, file)),
    variables: { region, environment: lab, cluster_name: aws.cluster, demo_namespace: cluster.namespace },
    state: stateOf(environment),
    env: { AWS_REGION: region, ...(profile === null ? {} : { AWS_PROFILE: profile }) },
  });
}

/** Throws Problem `bad-environment` where nobody has said yet in which bucket the state is to be. */
function stateOf({ aws }: AwsEnvironment): StateBackend {
  const { state } = aws.terraform;
  if (state.backend === 'local') return state;
  if (state.bucket !== null) return { ...state, bucket: state.bucket };
  throw new Problem(
    'bad-environment',
    'The environment names no bucket for the state of Terraform',
    'Copy environments/aws.yaml, name one of yours under aws.terraform.state (docs/aws.md makes one), or choose backend: local.',
  );
}
