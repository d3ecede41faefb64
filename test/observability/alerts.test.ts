import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { projectRoot } from '../../environments/root.ts';

const rules = path.join(projectRoot, 'observability/prometheus/alerts.yaml');
/** What promtool tries them with. */
const tests = path.join(projectRoot, 'test/prometheus/alerts/alerts.promtool.yaml');

interface Rules {
  groups: { rules: { alert: string; annotations: { runbook: string } }[] }[];
}
interface Tests {
  tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
}

const alerts = (parse(readFileSync(rules, 'utf8')) as Rules).groups.flatMap((group) => group.rules);

describe('the alerts', () => {
  it('are each tried both ways', () => {
    const cases = (parse(readFileSync(tests, 'utf8')) as Tests).tests.flatMap((each) => each.alert_rule_test);
    for (const { alert } of alerts) {
      const own = cases.filter(({ alertname }) => alertname === alert);
      expect(
        own.some(({ exp_alerts: expected }) => expected.length > 0),
        `${alert} fires`,
      ).toBe(true);
      expect(
        own.some(({ exp_alerts: expected }) => expected.length === 0),
        `${alert} is quiet`,
      ).toBe(true);
    }
  });

  it('each lead to what is to be done', () => {
    const document = readFileSync(path.join(projectRoot, 'docs/sight.md'), 'utf8');
    for (const { alert, annotations } of alerts) {
      expect(annotations.runbook).toBe(`docs/sight.md#${alert.toLowerCase()}`);
      expect(document).toContain(`\n### ${alert}\n`);
    }
  });
});
