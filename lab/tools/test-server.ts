import path from 'node:path';
import { projectRoot } from '../../environments/root.ts';
import { findTool, type Progress, type Tool } from './find.ts';

export const testServer: Tool = {
  program: 'temporal-test-server',
  title: 'time-skipping test server',
  variable: 'TEMPORAL_TEST_SERVER_PATH',
  searchPath: false,
  download: { kind: 'time-skipping', version: 'v1.40.0' },
  requirements: path.join(projectRoot, 'tools/test-server.txt'),
};

/** The path of Temporal's time-skipping test server, fetched if there is none; see findTool. */
export function findTestServer(progress?: Progress): Promise<string> {
  return findTool(testServer, progress);
}
