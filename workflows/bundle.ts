import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';

/**
 * Build step: bundles the workflows once, so that a worker that was killed is back without waiting for webpack; and once more with
 * what traces them.
 */
const beside = (name: string): string => path.join(import.meta.dirname, name);

async function bundle(name: string, workflowInterceptorModules: string[]): Promise<void> {
  const { code } = await bundleWorkflowCode({ workflowsPath: beside('index.js'), workflowInterceptorModules });
  await writeFile(beside(name), code);
}

await Promise.all([bundle('bundle.generated.cjs', []), bundle('bundle.traced.generated.cjs', [beside('traced.js')])]);
