import { newProgram, runProgram } from './program.ts';

/** `npm run teardown`: everything that `deploy` made, away. */
const program = newProgram('npm run teardown --', 'End every incident, then remove what deploy made, and prove it.')
  .option('-y, --yes', "do not ask for the environment's name")
  .option('--detach', 'start it and return at once')
  .option('--json', 'print one JSON document')
  .action(async (options) => (await import('./commands/teardown.ts')).teardownCommand(options));

await runProgram(program);
