import pc from 'picocolors';
import { Problem } from '../workflows/problem.ts';

/** Prints one JSON document on stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

export function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Something worth knowing that is not the command's answer: on stderr, so that stdout stays clean. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Prints an error as `--json` or a person wants it and answers the exit code of its case. */
export function printError(error: unknown, { json, verbose }: { json: boolean; verbose: boolean }): number {
  const problem = error instanceof Problem ? error : unexpected(error);
  if (json) printJson(problem.document);
  else note(`${pc.red('✖')} ${problem.message}. ${problem.hint}`.trim());
  if (verbose && error instanceof Error) note(pc.dim(error.stack ?? ''));
  return problem.exitCode;
}

function unexpected(error: unknown): Problem {
  const message = error instanceof Error ? error.message : String(error);
  const [line = ''] = message.split('\n');
  return new Problem('internal', line, 'Run it again with --verbose to see where it comes from.', { cause: error });
}
