import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import getPort from 'get-port';
import { projectRoot } from '../../environments/root.ts';
import { Problem } from '../../workflows/problem.ts';

export interface FlagdCommand {
  file: string;
  args: string[];
  kind: 'flagd' | 'embedded';
}

/**
 * The command that serves a flagd document over OFREP on `port`: the embedded daemon, or the real flagd that FLAGD_PATH
 * names. A flagd that is merely on PATH is not taken: up to 0.16 it listens on every interface (its OFREP address
 * is ":port", with no flag to change it), and the lab must be reachable from this machine only.
 * Throws Problem `start-failed` where FLAGD_PATH names no program.
 */
export async function flagdCommand({ port, file }: { port: number; file: string }): Promise<FlagdCommand> {
  const flagd = process.env['FLAGD_PATH'];
  if (!flagd) {
    const main = path.join(projectRoot, 'dist/lab/flagd/main.js');
    return { file: process.execPath, args: [main, '--port', String(port), '--file', file], kind: 'embedded' };
  }
  try {
    accessSync(flagd, constants.X_OK);
  } catch (error) {
    const hint = 'point it at a flagd program, or unset it for the embedded flag daemon';
    throw new Problem('start-failed', `FLAGD_PATH names ${flagd}, which cannot be run`, hint, { cause: error });
  }
  return { file: flagd, args: await flagdArguments(port, file), kind: 'flagd' };
}

async function flagdArguments(port: number, file: string): Promise<string[]> {
  const [rpc, management, sync] = [await freePort(), await freePort(), await freePort()];
  return [
    'start',
    `--ofrep-port=${port}`,
    `--port=${rpc}`,
    `--management-port=${management}`,
    `--sync-port=${sync}`,
    `--uri=file:${path.resolve(file)}`,
  ];
}

async function freePort(): Promise<string> {
  return String(await getPort({ host: '127.0.0.1' }));
}
