import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from '../activities/command.ts';
import { projectRoot } from '../environments/root.ts';

/** `lab status --json`, as far as the bench looks at it. */
export interface LabStatus {
  temporal: { address: string; pid: number };
  worker: { pid: number };
  flagd: { ofrep: string; file: string; pid: number };
  supervisor: { pid: number };
}

/** A lab of the bench's own, driven by the command line as a user drives it. */
export interface BenchLab {
  status: LabStatus;
  env: NodeJS.ProcessEnv;
  /** runs `lab` or `incident` and answers its JSON document */
  call<T>(program: Program, ...args: string[]): Promise<T>;
}

type Program = 'incident' | 'lab';

export const programFile = (name: Program): string => path.join(projectRoot, 'dist/bin', `${name}.js`);

export interface LabOptions {
  /** variables of the lab's own */
  env?: NodeJS.ProcessEnv;
  /** flag document in place of the demo's */
  document?: string;
}

/** Works in a lab of its own directory, and takes it down. */
export async function withLab<T>(work: (lab: BenchLab) => Promise<T>, options: LabOptions = {}): Promise<T> {
  return await withDirectory(async (directory) => {
    const env = { ...process.env, ...options.env, INCIDENTFOX_LAB: directory };
    const call = async <Answer>(program: Program, ...args: string[]): Promise<Answer> =>
      JSON.parse((await run(process.execPath, [programFile(program), ...args, '--json'], { env })).stdout) as Answer;
    if (options.document !== undefined) await placeFlags(directory, options.document);
    try {
      return await work({ status: await call<LabStatus>('lab', 'up', '--detach'), env, call });
    } finally {
      await run(process.execPath, [programFile('lab'), 'down'], { env });
    }
  });
}

/** A lab keeps the flag document that it finds. */
async function placeFlags(directory: string, document: string): Promise<void> {
  await mkdir(path.join(directory, 'flags'));
  await writeFile(path.join(directory, 'flags/demo.flagd.json'), document);
}

/** Works in a directory that is gone afterwards. */
export async function withDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(path.join(tmpdir(), 'incidentfox-bench-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
