import { newProgram, runProgram } from './program.ts';

/** `npm run deploy`: the demo into a cluster, and the cluster where Terraform makes it. */
const program = newProgram(
  'npm run deploy --',
  'Bring the lab up: the demo, what it needs in its cluster, and on AWS the cluster itself.',
)
  .option('-y, --yes', 'apply a plan of Terraform that destroys nothing without asking')
  .option('--plan-only', 'only say what would be changed: exit code 0 for nothing, 1 for something')
  .option('--ttl <duration>', 'tear it down by itself after so long, such as 8h (environments made by Terraform)')
  .option('--approve <hash>', 'approve the plan that a deploy waits with')
  .option('--detach', 'start it and return at once')
  .option('--json', 'print one JSON document')
  .action(async (options) => (await import('./commands/deploy.ts')).deployCommand(options));

await runProgram(program);
