import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { run } from '../../activities/command.ts';
import { projectRoot } from '../../environments/root.ts';
import { findTemporalCli } from '../../lab/tools/temporal.ts';
import { SecretsRig } from '../cluster/support/secrets-rig.ts';
import { secretLives } from './lives.ts';

const { version } = JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8')) as { version: string };
const file = (name: string): string => path.join(projectRoot, 'test/replay', `${name}-v${version}.json`);
const postgres = { secrets: ['postgres'] };

// Like lifecycle.test.ts; needs the control plane of test/cluster and PostgreSQL.
it('record how secrets are synced and rotated', async () => {
  if (secretLives.some((name) => !existsSync(file(name)))) {
    const rig = await SecretsRig.up(onTestFinished);
    const show = async (workflowId: string, name: string): Promise<void> => {
      const args = ['workflow', 'show', '--workflow-id', workflowId, '--address', rig.life.lab.at.temporal.address];
      const { stdout } = await run(await findTemporalCli(), [...args, '--output', 'json']);
      await writeFile(file(name), `${stdout}\n`);
    };
    const showBoth = async (workflowId: string, name: string): Promise<void> => {
      await show(workflowId, name);
      await show('secrets-kubernetes', `${name}-child`);
    };
    const sync = await rig.start('secretSync');
    await sync.result();
    await showBoth(sync.workflowId, 'secret-sync');
    const rotate = await rig.start('rotate', postgres);
    await rotate.result();
    await showBoth(rotate.workflowId, 'rotate');
    const id = 'rotate-cancelled';
    const cancel = async ({ step }: { step: string }): Promise<void> => {
      if (step === 'restarting accounting') await rig.client.workflow.getHandle(id).cancel();
    };
    await rig.life.watch('rotate', cancel, id, postgres).catch(() => undefined);
    assert.equal((await rig.client.workflow.getHandle(id).describe()).status.name, 'CANCELLED');
    await showBoth(id, 'rotate-cancel');
  }
  for (const name of secretLives) expect(existsSync(file(name))).toBe(true);
}, 300_000);
