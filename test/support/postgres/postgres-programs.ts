import { chmodSync, cpSync, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { type Cleanup, temporaryDirectory } from '../flags.ts';

/** How a program of PostgreSQL's is started by whoever runs the test; as root it may not run. */
export interface PostgresPrograms {
  command: (name: string, args: string[]) => [string, string[]];
  env: NodeJS.ProcessEnv;
  /** whose its files are to be; null: they are already */
  owner: number | null;
}

/** Any that has no rights. */
const nobody = 65_534;

/** Debian's PostgreSQL 15, as it is installed, or unpacked with its libraries where POSTGRES_PATH (its directory of programs) says. */
export async function postgresPrograms(cleanup: Cleanup): Promise<PostgresPrograms> {
  const isRoot = process.getuid?.() === 0;
  const unpacked = process.env['POSTGRES_PATH'];
  let directory = unpacked ?? '/usr/lib/postgresql/15/bin';
  if (!existsSync(path.join(directory, 'postgres'))) {
    throw new Error(`${directory} has no postgres: install Debian's postgresql-15, or set POSTGRES_PATH`);
  }
  if (unpacked !== undefined && isRoot) {
    // a cache in root's home can be read by nobody else
    const copy = await temporaryDirectory(cleanup);
    chmodSync(copy, 0o755);
    cpSync(rootOf(unpacked), copy, { recursive: true });
    directory = path.join(copy, path.relative(rootOf(unpacked), unpacked));
  }
  const libraries = path.join(rootOf(directory), 'usr/lib');
  const own = readdirSync(libraries).filter((name) => name.endsWith('-linux-gnu'));
  const paths = own.map((name) => path.join(libraries, name)).join(path.delimiter);
  const drop = ['--reuid', String(nobody), '--regid', String(nobody), '--clear-groups'];
  return {
    command: (name, args) => {
      const program = path.join(directory, name);
      return isRoot ? ['setpriv', [...drop, program, ...args]] : [program, args];
    },
    env: unpacked === undefined ? {} : { LD_LIBRARY_PATH: paths },
    owner: isRoot ? nobody : null,
  };
}

/** Of `<root>/usr/lib/postgresql/15/bin`. */
function rootOf(directory: string): string {
  return path.resolve(directory, '../../../../..');
}
