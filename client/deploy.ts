import { newProgram, runProgram } from './program.ts';

/** `npm run deploy`: the demo into a cluster. */
const program = newProgram(
  'npm run deploy --',
  'Bring the lab up in its cluster: the demo, and what the lab needs there.',
)
  .option('--detach', 'start it and return at once')
  .option('--json', 'print one JSON document')
  .action(async (options) => (await import('./commands/deploy.ts')).deployCommand(options));

await runProgram(program);
