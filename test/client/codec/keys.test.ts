import path from 'node:path';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/flags.ts';
import { builtCommand } from '../../support/lab.ts';

it('npm run codec -- keys wants both the key of KMS and its region', async () => {
  const out = path.join(await temporaryDirectory(), 'keys.yaml');
  for (const options of [
    ['--kms', 'alias/lab'],
    ['--region', 'us-west-2'],
  ]) {
    const { exitCode, stderr } = await builtCommand('codec', ['keys', '--out', out, ...options]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('belong together')]);
  }
});
