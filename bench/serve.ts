import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Child, start } from '../activities/command.ts';
import { waitUntil } from './measure.ts';

export interface Served {
  child: Child;
  end: () => Promise<void>;
}

/**
 * Starts a program that serves, and resolves when `answers` gives something true. Throws, with all that the program printed, as
 * soon as it ends, or where it does not answer within 120 s.
 */
export async function serve(
  name: string,
  [file, ...args]: [string, ...string[]],
  answers: () => Promise<unknown>,
  env: NodeJS.ProcessEnv = {},
): Promise<Served> {
  const directory = mkdtempSync(path.join(tmpdir(), 'serve-'));
  const log = path.join(directory, 'log');
  const output = openSync(log, 'a');
  const child = start(file, args, { env, output });
  closeSync(output);
  const end = async (): Promise<void> => {
    child.kill('SIGKILL');
    await child;
    rmSync(directory, { recursive: true, force: true });
  };
  let ended = false;
  void child.then(() => (ended = true));
  try {
    const answersOrEnded = async (): Promise<boolean> => ended || Boolean(await answers().catch(() => false));
    await waitUntil(answersOrEnded, 120_000, `${name} answers`);
    if (ended) throw new Error(`${name} ended before it answered`);
    return { child, end };
  } catch (error) {
    const printed = readFileSync(log, 'utf8');
    await end();
    throw new Error(`${(error as Error).message}\n${printed}`, { cause: error });
  }
}
