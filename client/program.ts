import path from 'node:path';
import { Command, CommanderError } from 'commander';
import { isFile } from '../environments/current.ts';
import { Problem } from '../workflows/problem.ts';
import { printError } from './output.ts';
import { flushTraces } from './traces.ts';

/** A command line whose errors are Problems: one line each, exit code 2, a JSON document with `--json`. */
export function newProgram(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--verbose', 'print stack traces')
    .option(
      '-e, --environment <name>',
      'embedded, compose, kubernetes, aws, or the path of a YAML file like environments/*.yaml',
    )
    .helpCommand(false)
    .showHelpAfterError(false)
    .configureOutput({ writeErr: () => undefined, outputError: () => undefined })
    .exitOverride()
    .hook('preAction', (_program, command) => choose(command.optsWithGlobals<{ environment?: string }>().environment));
}

/** Every part of the project asks the process's variables, and so do the processes that are started from here. */
function choose(environment: string | undefined): void {
  if (environment === undefined) return;
  process.env['INCIDENTFOX_ENVIRONMENT'] = isFile(environment) ? path.resolve(environment) : environment;
}

/** Runs the command line and sets the process's exit code. */
export async function runProgram(program: Command): Promise<void> {
  const json = process.argv.includes('--json');
  const verbose = process.argv.includes('--verbose');
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    process.exitCode = printError(asProblem(error, program), { json, verbose });
  } finally {
    await flushTraces();
  }
}

function asProblem(error: unknown, program: Command): unknown {
  if (!(error instanceof CommanderError)) return error;
  const message = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
  return new Problem(
    'bad-usage',
    error.code === 'commander.help' ? 'No command was given' : message,
    `See: ${program.name()} --help`,
  );
}
