import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../activities/command.ts';
import { configuration, Copy, variables } from './support/configuration.ts';
import { isSimulated, tofuPath } from '../support/terraform/tofu.ts';

const tools = { tofu: tofuPath, terraform: () => Promise.resolve('terraform') };
const hasTerraform = await run('terraform', ['version']).then(
  () => true,
  () => false,
);

describe.each(['tofu', 'terraform'] as const)('the configuration, for %s', (name) => {
  const isMissing = name === 'terraform' && !hasTerraform;

  it.skipIf(isMissing)('is formatted as it formats', async () => {
    const copy = await Copy.make(await tools[name]());
    const { stdout } = await copy.run(['fmt', '-check', '-recursive', configuration]);
    expect(stdout).toBe('');
  });

  it.skipIf(isMissing)('is valid', async ({ skip }) => {
    const copy = await Copy.make(await tools[name]());
    const { exitCode, stderr } = await copy.run(['init', '-input=false', '-no-color']);
    if (!isSimulated && /registry/.test(stderr)) skip('no registry of providers can be reached from here');
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(await copy.succeed(['validate', '-json']))).toMatchObject({ valid: true, warning_count: 0 });
  });
});

// All the rest would take an AWS account: it is skipped where the providers are not simulated.
describe.skipIf(!isSimulated)('the configuration, with terraform', () => {
  it.skipIf(!hasTerraform)('settles, goes whatever its variables are, and can be made again', async () => {
    const copy = await Copy.make('terraform');
    await copy.init();
    expect(await copy.apply()).toMatchObject({ exitCode: 0 });
    expect(await copy.plan()).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('No changes') });
    // the one that must be given is not needed to take it down
    await copy.write('test.auto.tfvars.json', '{}');
    expect(await copy.destroy()).toMatchObject({ exitCode: 0 });
    expect(await copy.objects()).toBe(0);
    await copy.write('test.auto.tfvars.json', JSON.stringify(variables));
    expect(await copy.apply()).toMatchObject({ exitCode: 0 });
  });
});

describe.skipIf(!isSimulated)('the module', () => {
  it.each(['eks', 'irsa', 'secrets', 'vpc'])('%s passes its own tests', async (module) => {
    const copy = await Copy.make(await tofuPath(), undefined, path.join(configuration, 'modules', module));
    await copy.init();
    // what a module is given in its tests is nowhere in the simulated account
    expect(await copy.succeed(['test', '-no-color'], { WORLD: '' })).toMatch(/Success! [1-9]\d* passed, 0 failed/);
  });
});
