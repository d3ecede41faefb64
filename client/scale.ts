import { newProgram, runProgram } from './program.ts';

/** `npm run scale`: how many replicas a workload in the cluster has. */
const program = newProgram('npm run scale --', 'Give a workload in the cluster more or fewer replicas.')
  .argument('<kind>', 'deployment or statefulset')
  .argument('<name>')
  .requiredOption('-r, --replicas <number>', 'how many it is to have')
  .option('--json', 'print one JSON document')
  .action(async (kind: string, name: string, options) =>
    (await import('./commands/scale.ts')).scaleCommand(kind, name, options),
  );

await runProgram(program);
