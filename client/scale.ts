import { newProgram, runProgram } from './program.ts';

/** `npm run scale`: how many replicas a workload in the cluster has, or how many nodes a node group. */
const program = newProgram(
  'npm run scale --',
  'Give a workload more or fewer replicas, or a node group more or fewer nodes.',
)
  .argument('<kind>', 'deployment, statefulset or nodegroup')
  .argument('<name>')
  .option('-r, --replicas <number>', 'how many replicas a deployment or statefulset is to have')
  .option('--desired <number>', 'how many nodes a node group is to have (environments made by Terraform)')
  .option('--json', 'print one JSON document')
  .action(async (kind: string, name: string, options) => {
    // each loads what the other needs not: the AWS SDK, or the Kubernetes client
    if (kind.toLowerCase() === 'nodegroup') {
      await (await import('./commands/scale-nodegroup.ts')).scaleNodegroupCommand(name, options);
    } else await (await import('./commands/scale.ts')).scaleCommand(kind, name, options);
  });

await runProgram(program);
