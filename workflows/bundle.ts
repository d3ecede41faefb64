import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';

/** Build step: bundles the workflows once, so that a worker that was killed is back without waiting for webpack. */
const { code } = await bundleWorkflowCode({ workflowsPath: path.join(import.meta.dirname, 'index.js') });
await writeFile(path.join(import.meta.dirname, 'bundle.generated.cjs'), code);
