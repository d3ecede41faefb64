import { newProgram, runProgram } from './program.ts';

/** `npm run team`: what the lab for a team (docker-compose.yml) needs of this machine. */
const program = newProgram('npm run team --', 'The lab for a team, with docker compose.');

program
  .command('env')
  .description('make the passwords that docker-compose.yml needs; a file that is there is kept')
  .option('--out <file>', 'the file; beside docker-compose.yml unless told')
  .option('--json', 'print one JSON document, without any password')
  .action(async (options) => (await import('./commands/team-env.ts')).teamEnv(options));

await runProgram(program);
