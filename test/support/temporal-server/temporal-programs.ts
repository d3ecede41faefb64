import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { run } from '../../../activities/command.ts';
import { projectRoot } from '../../../environments/root.ts';
import { findTemporalCli } from '../../../lab/tools/temporal.ts';
import { type Cleanup, temporaryDirectory } from '../flags.ts';

/** Temporal's own server and tools, as its images have them. */
export interface TemporalPrograms {
  server: string;
  /** a PATH with `temporal-sql-tool` and `temporal` on it, for the scripts of team/temporal/ */
  path: string;
  /** the versioned schema for PostgreSQL, from the server's own module */
  schema: string;
}

/** The server and the SQL tool of tools/temporal-server, built unless they are in the cache. */
export async function temporalPrograms(cleanup: Cleanup): Promise<TemporalPrograms> {
  const [{ stdout: built }, cli, schema] = await Promise.all([
    run(path.join(projectRoot, 'tools/build.sh'), ['temporal-server']),
    findTemporalCli(),
    schemaDirectory(),
  ]);
  const bin = path.join(await temporaryDirectory(cleanup), 'bin');
  mkdirSync(bin);
  // Go names a program by its package
  symlinkSync(path.join(built, 'sql'), path.join(bin, 'temporal-sql-tool'));
  symlinkSync(cli, path.join(bin, 'temporal'));
  return {
    server: path.join(built, 'server'),
    path: [bin, process.env['PATH']].join(path.delimiter),
    schema,
  };
}

async function schemaDirectory(): Promise<string> {
  const cwd = path.join(projectRoot, 'tools/temporal-server');
  const { stdout } = await run('go', ['mod', 'download', '-json', 'go.temporal.io/server'], { cwd });
  return path.join((JSON.parse(stdout) as { Dir: string }).Dir, 'schema/postgresql/v12');
}
