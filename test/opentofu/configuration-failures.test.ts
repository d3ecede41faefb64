import assert from 'node:assert/strict';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RunResult } from '../../activities/command.ts';
import { Copy } from './support/configuration.ts';
import { isSimulated, tofuPath } from '../support/terraform/tofu.ts';

describe.skipIf(!isSimulated)('the configuration', () => {
  let copy: Copy;

  beforeEach(async () => {
    copy = await Copy.make(await tofuPath());
    await copy.init();
  });

  it('is made in the end, when no type of resource could be made at first', async () => {
    await failEverywhere(await plannedTypes(copy), copy, (types) => copy.apply({ FAIL: types }));
    expect(await copy.plan()).toMatchObject({ exitCode: 0 });
  });

  it('goes in the end, when something held on to each type of resource', async () => {
    expect(await copy.apply()).toMatchObject({ exitCode: 0 });
    const types = (await copy.operations()).map(({ type }) => type);
    await failEverywhere(types, copy, (held) => copy.destroy({ FAIL_DESTROY: held }));
    expect(await copy.objects()).toBe(0);
  });

  it.each(['aws_eks_addon:3', 'aws_eks_node_group:2', 'aws_eks_cluster:1', 'aws_nat_gateway:2', 'aws_subnet:3'])(
    'goes, half made, after a failure at %s',
    async (FAIL) => {
      expect(await copy.apply({ FAIL })).toMatchObject({ exitCode: 1 });
      expect(await copy.objects()).toBeGreaterThan(5);
      expect(await copy.destroy()).toMatchObject({ exitCode: 0 });
      expect(await copy.objects()).toBe(0);
    },
  );
});

/**
 * Runs again and again, each time with a failure of every type that has not failed yet, until all have and it is through. A run fails
 * wherever it gets to: at several types at once, and never at what depends on them.
 */
async function failEverywhere(types: string[], copy: Copy, go: (types: string) => Promise<RunResult>): Promise<void> {
  const waiting = new Set(types);
  assert(waiting.size > 20, `only ${waiting.size} types`);
  for (let isThrough = false; !isThrough;) {
    const before = (await copy.operations()).length;
    const { exitCode } = await go([...waiting].join(','));
    const failed = (await copy.operations(before)).filter(({ error }) => error).map(({ type }) => type);
    for (const type of failed) assert(waiting.delete(type), `${type} failed by itself`);
    assert.equal(await copy.known(), await copy.objects(), 'something is there that the state does not know');
    isThrough = failed.length === 0;
    assert.equal(exitCode, isThrough ? 0 : 1);
  }
  assert.deepEqual([...waiting], [], 'types that never failed');
}

async function plannedTypes(copy: Copy): Promise<string[]> {
  await copy.plan('-out=lab.tfplan');
  const plan = JSON.parse(await copy.succeed(['show', '-json', 'lab.tfplan'])) as {
    resource_changes: { mode: string; type: string }[];
  };
  return plan.resource_changes.filter(({ mode }) => mode === 'managed').map(({ type }) => type);
}
