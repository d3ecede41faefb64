import { newProgram, runProgram } from './program.ts';

/** `npm run incident -- …`. Commands are imported when they are run: the Temporal client alone takes 0.3 s to load. */
const program = newProgram('npm run incident --', 'Break the shop in a known way, for a known time.');

program
  .command('run', { isDefault: true })
  .description('run an incident and follow it to its end (the word "run" may be left out)')
  .argument('<scenario>', 'a scenario or one of its aliases')
  .option('-d, --duration <duration>', 'how long the fault stays: 90s, 10m, 1h30m (1s to 24h)')
  .option('-v, --variant <variant>', "the flag's variant")
  .option('--detach', 'start it and return at once')
  .option('--dry-run', 'make every check, print the plan, write nothing')
  .option('--json', 'print one JSON document')
  .action(async (scenario: string, options) => (await import('./commands/run.ts')).run(scenario, options));

program
  .command('list')
  .description('the scenarios, and what is active')
  .option('--json', 'print one JSON document')
  .action(async (options) => (await import('./commands/list.ts')).list(options));

program
  .command('show')
  .description('one scenario: what breaks, why, whom it hits, how to see it')
  .argument('<scenario>')
  .option('--json', 'print one JSON document')
  .action(async (scenario: string, options) => (await import('./commands/show.ts')).show(scenario, options));

program
  .command('status')
  .description('the incidents under way, or one incident')
  .argument('[id]')
  .option('--json', 'print one JSON document')
  .action(async (id: string | undefined, options) => (await import('./commands/status.ts')).status(id, options));

program
  .command('stop')
  .description('end an incident now')
  .argument('<id>')
  .option('--reason <reason>', 'why', '')
  .option('--json', 'print one JSON document')
  .action(async (id: string, options) => (await import('./commands/stop.ts')).stop(id, options));

program
  .command('extend')
  .description('keep an incident going for longer')
  .argument('<id>')
  .argument('<by>', 'a duration: 5m')
  .option('--json', 'print one JSON document')
  .action(async (id: string, by: string, options) => (await import('./commands/extend.ts')).extend(id, by, options));

program
  .command('halt')
  .description('pull the safety lever: withdraw every fault now, end every incident, refuse new ones')
  .option('--reason <reason>', 'why', '')
  .option('--json', 'print one JSON document')
  .action(async (options) => (await import('./commands/halt.ts')).halt(options));

program
  .command('resume')
  .description('release the safety lever')
  .option('--json', 'print one JSON document')
  .action(async (options) => (await import('./commands/resume.ts')).resume(options));

program
  .command('reconcile')
  .description('withdraw the faults that are overdue, whose workflow is gone, or that nobody has a record of')
  .option('--dry-run', 'only say what it would do')
  .option('--json', 'print one JSON document')
  .action(async (options) => (await import('./commands/reconcile.ts')).reconcile(options));

await runProgram(program);
