import { newProgram, runProgram } from './program.ts';

/** `npm run status`: the lab at a glance. */
const program = newProgram('npm run status --', 'The lab at a glance: what runs, how to open it, what is broken.')
  .option('--json', 'print one JSON document; with --watch one a line, for each change')
  .option('--watch', 'show it again whenever it changes, until Ctrl-C')
  .action(async (options) => (await import('./commands/lab-at-a-glance.ts')).labAtAGlance(options));

await runProgram(program);
