import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { run } from '../../activities/command.ts';
import { projectRoot } from '../../environments/root.ts';
import { findTemporalCli } from '../../lab/tools/temporal.ts';
import { testLab } from '../support/incidents.ts';
import { lives } from './lives.ts';

// `npm run record` writes the histories of this version that are not there yet. Those that are, are never replaced.
const { version } = JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8')) as { version: string };

it.each(Object.entries(lives))('record %s', async (life, live) => {
  const file = path.join(projectRoot, 'test/replay', `incident-${life}-v${version}.json`);
  if (!existsSync(file)) {
    const lab = await testLab();
    const { workflowId } = await live(lab).then(async (handle) => {
      await lab.skipToEnd(handle).catch(() => undefined);
      return handle;
    });
    const show = ['workflow', 'show', '--workflow-id', workflowId, '--address', lab.env.address, '--output', 'json'];
    await writeFile(file, `${(await run(await findTemporalCli(), show)).stdout}\n`);
  }
  expect(existsSync(file)).toBe(true);
});
