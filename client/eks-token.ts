import { newProgram, runProgram } from './program.ts';

/** What the kubeconfig of the lab on AWS has kubectl run: prints a token for its cluster, as an ExecCredential. */
const program = newProgram('eks-token', 'A token for an EKS cluster, as kubectl takes it from a kubeconfig.')
  .requiredOption('--cluster <name>', 'name of the EKS cluster')
  .requiredOption('--region <region>', 'where it is')
  .option('--profile <name>', 'of ~/.aws/config; otherwise AWS_PROFILE, or whatever else the AWS SDK finds')
  .action(async (options) => (await import('./commands/eks-token.ts')).eksTokenCommand(options));

await runProgram(program);
