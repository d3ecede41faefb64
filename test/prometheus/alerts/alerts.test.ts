import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { run } from '../../../activities/command.ts';
import { projectRoot } from '../../../environments/root.ts';
import { promtool } from '../support/promtool.ts';

const rules = path.join(projectRoot, 'observability/prometheus/alerts.yaml');
const tests = path.join(import.meta.dirname, 'alerts.promtool.yaml');

interface Rules {
  groups: { rules: unknown[] }[];
}
const alerts = (parse(readFileSync(rules, 'utf8')) as Rules).groups.flatMap((group) => group.rules);

describe('the alerts', () => {
  it('are rules that Prometheus takes', async () => {
    const { stdout } = await run(promtool(), ['check', 'rules', '--lint-fatal', rules]);
    expect(stdout).toContain(`SUCCESS: ${alerts.length} rules found`);
  });

  it('fire for a cause and for no other', async () => {
    const { stdout } = await run(promtool(), ['test', 'rules', tests]);
    expect(stdout).toContain('SUCCESS');
  });
});
