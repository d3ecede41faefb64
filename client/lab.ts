import { Option } from 'commander';
import { demoVersions } from '../lab/supervisor/flags.ts';
import { newProgram, runProgram } from './program.ts';
import { requireOwnLab } from './own-lab.ts';

/** `npm run lab …`: the embedded lab, in the foreground or in the background. */
const program = newProgram(
  'npm run lab --',
  'The embedded lab: Temporal, a worker, a flag daemon and the shop, all on loopback.',
);

program.hook('preAction', requireOwnLab);

const demo = (): Option => new Option('--demo <version>', 'whose flags the shop has').choices(demoVersions);

program
  .command('up', { isDefault: true })
  .description('bring the lab up; without --detach it stays in the foreground and Ctrl-C takes it down')
  .addOption(demo())
  .option('--detach', 'leave it running in the background')
  .option('--json', 'print one JSON document')
  .action(async (options) => (await import('./commands/lab-up.ts')).labUpCommand(options));

program
  .command('down')
  .description('roll back every incident, then end every process of the lab')
  .option('--if-idle', 'refuse while an incident is under way')
  .option('--json', 'print one JSON document')
  .action(async (options) => (await import('./commands/lab-down.ts')).labDown(options));

program
  .command('status')
  .description('what runs, and where')
  .option('--json', 'print one JSON document')
  .action(async (options) => (await import('./commands/lab-status.ts')).labStatus(options));

program
  .command('logs')
  .description('the newest lines of the logs')
  .argument('[part]', 'supervisor, temporal, worker, flagd or shop')
  .action(async (part: string | undefined) => (await import('./commands/lab-logs.ts')).labLogs(part));

await runProgram(program);
