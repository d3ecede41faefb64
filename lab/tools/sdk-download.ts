import { TestWorkflowEnvironment } from '@temporalio/testing';

// The SDK downloads a server only while starting one: start it and end it at once.
// `node dist/lab/tools/sdk-download.js dev-server|time-skipping <directory> <version>`
const [kind, downloadDir, version] = process.argv.slice(2);
if (downloadDir === undefined || version === undefined) throw new TypeError('a directory and a version are needed');

const server = { executable: { type: 'cached-download', downloadDir, version } } as const;
try {
  const environment =
    kind === 'dev-server'
      ? await TestWorkflowEnvironment.createLocal({ server })
      : await TestWorkflowEnvironment.createTimeSkipping({ server });
  await environment.teardown();
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
