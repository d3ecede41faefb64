import path from 'node:path';
import { projectRoot } from '../../environments/root.ts';
import { findTool, type Progress, type Tool } from './find.ts';

export const temporalCli: Tool = {
  program: 'temporal',
  title: 'Temporal CLI',
  variable: 'TEMPORAL_CLI_PATH',
  searchPath: true,
  download: { kind: 'dev-server', version: 'v1.9.1' },
  requirements: path.join(projectRoot, 'tools/temporal.txt'),
};

/** The path of the `temporal` program (dev server and command line), fetched if there is none; see findTool. */
export function findTemporalCli(progress?: Progress): Promise<string> {
  return findTool(temporalCli, progress);
}
