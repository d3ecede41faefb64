import { newProgram, runProgram } from './program.ts';

/** `npm run secrets`: keeps the lab's secrets in step, rotates and exports them. */
const program = newProgram('npm run secrets --', "Keep the lab's secrets in step, rotate them, or export them.");

program
  .command('sync')
  .description('bring what the cluster has into step with Secrets Manager, and restart what holds an older version')
  .argument('[keys...]', 'such as postgres; all where none is given')
  .option('--detach', 'start it and return at once')
  .option('--json', 'print one JSON document')
  .action(async (keys, options) => (await import('./commands/secrets-sync.ts')).syncCommand(keys, options));

program
  .command('rotate')
  .description('give secrets another password: proven, or the old one back')
  .argument('[keys...]', 'such as postgres; all where none is given')
  .option('-y, --yes', 'do not ask')
  .option('--detach', 'start it and return at once')
  .option('--json', 'print one JSON document')
  .action(async (keys, options) => (await import('./commands/secrets-rotate.ts')).rotateCommand(keys, options));

program
  .command('export')
  .description('write every secret into a file, from Secrets Manager')
  .requiredOption('--format <format>', '1password-json, 1password-csv or env')
  .requiredOption('--out <file>', 'a file outside any git work tree; - for the standard output')
  .option('--force', 'replace the file, write into a git work tree, or show them on a terminal')
  .option('--json', 'print one JSON document about it')
  .action(async (options) => (await import('./commands/secrets-export.ts')).exportCommand(options));

await runProgram(program);
