import { newProgram, runProgram } from './program.ts';

/** `npm run codec`: keys for encrypted payloads, and what decrypts them for the Web UI. */
const program = newProgram('npm run codec --', "Encrypt what the lab's workflows keep in Temporal.");

program
  .command('keys')
  .description('make a key file, or add a key to one and make it the active one')
  .requiredOption('--out <file>', 'the key file')
  .option('--kms <key>', 'let KMS make the key, encrypted by this KMS key (an id, alias or ARN)')
  .option('--region <region>', 'of the KMS key')
  .option('--json', 'print one JSON document')
  .action(async (options) => (await import('./commands/codec-keys.ts')).codecKeys(options));

program
  .command('serve')
  .description('decrypt for the Web UI and the temporal command, with the keys that INCIDENTFOX_CODEC_KEYS names')
  .option('--port <port>', 'where to listen', '8234')
  .option('--host <host>', 'where to listen, and the name to be called by; it asks nobody who they are', '127.0.0.1')
  .option('--origin <origins...>', "of the Web UI, and of no other page; that of the lab's unless told")
  .action(async (options) => (await import('./commands/codec-serve.ts')).codecServe(options));

await runProgram(program);
