import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { run } from '../../activities/command.ts';
import { projectRoot } from '../../environments/root.ts';
import { findTemporalCli } from '../../lab/tools/temporal.ts';
import { Lifecycle } from '../cluster/support/lifecycle.ts';
import { lifecycles } from './lives.ts';

const { version } = JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8')) as { version: string };
const file = (name: string): string => path.join(projectRoot, 'test/replay', `${name}-v${version}.json`);

// Like record.test.ts: writes what is not there yet, and needs the control plane of test/cluster for it.
it('record how a lab comes and goes', async () => {
  if (lifecycles.some((name) => !existsSync(file(name)))) {
    const life = await Lifecycle.up(onTestFinished);
    const show = async (workflowId: string, name: string): Promise<void> => {
      const args = ['workflow', 'show', '--workflow-id', workflowId, '--address', life.lab.at.temporal.address];
      const { stdout } = await run(await findTemporalCli(), [...args, '--output', 'json']);
      await writeFile(file(name), `${stdout}\n`);
    };
    for (const work of ['deploy', 'teardown'] as const) {
      await life.watch(work, () => Promise.resolve(), work);
      await show(work, work);
      await show('lifecycle-kubernetes', `${work}-child`);
    }
  }
  for (const name of lifecycles) expect(existsSync(file(name))).toBe(true);
}, 300_000);
