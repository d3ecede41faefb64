/**
 * Build step, after tsc: writes `dist/scenarios/checked.json`, so that listing the scenarios need not parse and check files
 * that have not changed since. A broken file is left out here, and named by whoever loads the catalogue.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { type CheckedScenarios, checkedFile, textKey } from './checked.ts';
import { scenarioFiles } from './catalogue.ts';
import { parseScenario, ScenarioFlaw } from './parse.ts';

const checked: CheckedScenarios = {};
for (const location of scenarioFiles()) {
  const text = readFileSync(location, 'utf8');
  try {
    checked[textKey(text)] = parseScenario(text);
  } catch (error) {
    if (!(error instanceof ScenarioFlaw)) throw error;
  }
}
writeFileSync(checkedFile, JSON.stringify(checked));
