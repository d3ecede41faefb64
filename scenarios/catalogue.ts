import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../environments/root.ts';
import { Problem, shown } from '../workflows/problem.ts';
import { type CheckedScenarios, readChecked, textKey } from './checked.ts';
import { nearestNames } from './nearest.ts';
import { lineOf, parseScenario, ScenarioFlaw } from './parse.ts';
import type { Scenario } from './schema.ts';

/** A scenario file that could not be used; where no line in particular is wrong, it is line 1. */
export interface BrokenScenario {
  file: string;
  line: number;
  reason: string;
}

export interface Catalogue {
  /** sorted by name */
  scenarios: Scenario[];
  broken: BrokenScenario[];
}

interface Loaded {
  scenario: Scenario;
  file: string;
  text: string;
}

/** The project's `scenarios/`, or the directory of somebody's own that INCIDENTFOX_SCENARIOS names. */
const ownDirectory = path.resolve(projectRoot, process.env['INCIDENTFOX_SCENARIOS'] ?? 'scenarios');
const largestFile = 64 * 1_024;

/**
 * Reads every `*.yaml` of a directory (the project's `scenarios/`). A broken file is named and leaves the others alone.
 * Throws Problem `broken-scenario` when the directory itself cannot be read.
 */
export function loadCatalogue(dir: string = ownDirectory, checked: CheckedScenarios = readChecked()): Catalogue {
  const broken: BrokenScenario[] = [];
  const loaded: Loaded[] = [];
  for (const location of scenarioFiles(dir)) {
    const file = displayName(location);
    try {
      loaded.push({ file, ...loadScenario(location, checked) });
    } catch (error) {
      const flaw = error instanceof ScenarioFlaw ? error : new ScenarioFlaw(1, (error as Error).message);
      broken.push({ file, line: flaw.line, reason: flaw.message });
    }
  }

  // A scenario's own name, which is its file's, goes before anybody's alias.
  const owners = new Map(loaded.map(({ scenario, file }) => [scenario.name, file]));
  const scenarios: Scenario[] = [];
  for (const { scenario, file, text } of loaded) {
    const taken = scenario.aliases.findIndex((alias) => owners.has(alias));
    if (taken === -1) {
      for (const alias of scenario.aliases) owners.set(alias, file);
      scenarios.push(scenario);
    } else {
      const alias = scenario.aliases[taken] ?? '';
      const reason = `aliases.${taken}: "${alias}" is already a name in ${owners.get(alias)}`;
      broken.push({ file, line: lineOf(text, ['aliases', taken]), reason });
    }
  }
  return { scenarios, broken };
}

/**
 * The scenario of that name or alias, written exactly. Throws Problem `unknown-scenario`, offering the nearest names, or
 * `broken-scenario` when it is the name of a broken file.
 */
export function findScenario(catalogue: Catalogue, name: string): Scenario {
  const found = catalogue.scenarios.find((scenario) => scenario.name === name || scenario.aliases.includes(name));
  if (found) return found;
  const broken = catalogue.broken.find(({ file }) => path.basename(file, '.yaml') === name);
  if (broken) {
    throw new Problem(
      'broken-scenario',
      `Scenario "${shown(name)}" is broken: ${broken.file}, line ${broken.line}: ${broken.reason}`,
      'Mend the file; the other scenarios work without it.',
    );
  }
  const nearest = nearestNames(catalogue.scenarios, name);
  const offer = nearest.length > 0 ? `Did you mean ${nearest.join(', ')}? ` : '';
  throw new Problem(
    'unknown-scenario',
    `There is no scenario "${shown(name)}"`,
    `${offer}List them all with: npm run incident -- list`,
  );
}

/**
 * The scenario of that name or alias; see findScenario. One that is asked for by its own name, as nearly all are, is read
 * alone: the cost does not grow with the catalogue.
 */
export function scenarioNamed(name: string, dir: string = ownDirectory): Scenario {
  if (/^[a-z0-9][a-z0-9-]*$/.test(name)) {
    try {
      return loadScenario(path.join(dir, `${name}.yaml`), readChecked()).scenario;
    } catch {
      // an alias, or a file that is missing or broken: the whole catalogue tells what is wrong
    }
  }
  return findScenario(loadCatalogue(dir), name);
}

/** The paths of a directory's scenario files, in order. Throws Problem `broken-scenario` when it cannot be read. */
export function scenarioFiles(dir: string = ownDirectory): string[] {
  try {
    return readdirSync(dir)
      .filter((name) => name.endsWith('.yaml') && !name.startsWith('.'))
      .map((name) => path.join(dir, name))
      .toSorted((a, b) => (path.basename(a, '.yaml') < path.basename(b, '.yaml') ? -1 : 1));
  } catch (error) {
    throw new Problem(
      'broken-scenario',
      `The scenarios cannot be read: ${(error as Error).message}`,
      'Restore the directory; it belongs to the project.',
      { cause: error },
    );
  }
}

function loadScenario(location: string, checked: CheckedScenarios): { scenario: Scenario; text: string } {
  const stat = statSync(location);
  if (!stat.isFile()) throw new ScenarioFlaw(1, 'is not a file');
  if (stat.size > largestFile) throw new ScenarioFlaw(1, `is larger than ${largestFile / 1_024} KiB`);
  const text = readFileSync(location, 'utf8');
  const scenario = checked[textKey(text)] ?? parseScenario(text);
  const expected = path.basename(location, '.yaml');
  if (scenario.name === expected) return { scenario, text };
  throw new ScenarioFlaw(
    lineOf(text, ['name']),
    `name: "${scenario.name}" is not the file's name, "${shown(expected)}"`,
  );
}

function displayName(location: string): string {
  const relative = path.relative(projectRoot, location);
  return relative.startsWith('..') || path.isAbsolute(relative) ? location : relative;
}
