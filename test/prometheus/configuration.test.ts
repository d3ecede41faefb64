import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CommandError, run } from '../../activities/command.ts';
import { projectRoot } from '../../environments/root.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { promtool } from './support/promtool.ts';

const file = path.join(projectRoot, 'team/prometheus/prometheus.yml');
const text = await readFile(file, 'utf8');

/** What Prometheus's own tool says to a configuration; its rules are elsewhere here. */
async function check(configuration: string): Promise<string> {
  const copy = path.join(await temporaryDirectory(), 'prometheus.yml');
  await writeFile(copy, configuration);
  return await run(promtool(), ['check', 'config', '--syntax-only', copy]).then(
    () => 'fine',
    (error: unknown) => {
      if (error instanceof CommandError && error.exitCode !== undefined) return String(error.stderr);
      throw error;
    },
  );
}

describe("Prometheus's configuration", () => {
  it('is one that Prometheus takes', async () => {
    expect(await check(text)).toBe('fine');
  });

  it('is refused where it is broken', async () => {
    expect(await check(text.replace('scrape_interval', 'scrape_often'))).toContain('scrape_often');
  });
});
