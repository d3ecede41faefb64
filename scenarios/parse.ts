import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import type { z } from 'zod';
import { type Scenario, scenarioSchema } from './schema.ts';

// Loaded when the first file is parsed: it takes longer than all the rest of `list`, which mostly needs none of it.
const require = createRequire(import.meta.url);
const loadYaml = (): typeof Yaml => require('yaml') as typeof Yaml;

const longestReason = 200;

interface Source {
  document: Yaml.Document;
  lines: Yaml.LineCounter;
}

/** What is wrong with a scenario file, and on which line. */
export class ScenarioFlaw extends Error {
  readonly line: number;

  constructor(line: number, reason: string) {
    const plain = reason.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
    super(plain.length > longestReason ? `${plain.slice(0, longestReason - 1)}…` : plain);
    this.line = line;
  }
}

/** Reads a scenario from YAML. Throws ScenarioFlaw with the first thing that is wrong. */
export function parseScenario(text: string): Scenario {
  const source = read(text);
  const [error] = source.document.errors;
  if (error) throw new ScenarioFlaw(source.lines.linePos(error.pos[0]).line, error.message);
  if (source.document.contents === null) throw new ScenarioFlaw(1, 'is empty');
  requireAnchors(source);
  const parsed = scenarioSchema.safeParse(source.document.toJS());
  if (parsed.success) return parsed.data;
  // A misspelt key is also a missing one: the former says more.
  const { issues } = parsed.error;
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  throw new ScenarioFlaw(lineAt(source, issue ? pathOf(issue) : []), issue ? describe(issue) : 'is not a scenario');
}

/** The line on which that key or item is written, or the nearest one around it. */
export function lineOf(text: string, place: PropertyKey[]): number {
  return lineAt(read(text), place);
}

function read(text: string): Source {
  const { LineCounter: Lines, parseDocument } = loadYaml();
  const lines = new Lines();
  return { lines, document: parseDocument(text, { lineCounter: lines, prettyErrors: false }) };
}

function lineAt({ document, lines }: Source, place: PropertyKey[]): number {
  const { isMap, isNode, isScalar } = loadYaml();
  for (let length = place.length; length > 0; length -= 1) {
    const parent = document.getIn(place.slice(0, length - 1), true);
    const last = place[length - 1];
    const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === last) : undefined;
    const node = pair ? pair.key : document.getIn(place.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  const range = document.contents?.range;
  return range ? lines.linePos(range[0]).line : 1;
}

function requireAnchors({ document, lines }: Source): void {
  const anchors = new Set<string>();
  loadYaml().visit(document, {
    Value(_key, { anchor }) {
      if (anchor !== undefined) anchors.add(anchor);
    },
    Alias(_key, { source, range }) {
      if (anchors.has(source)) return;
      const line = range ? lines.linePos(range[0]).line : 1;
      throw new ScenarioFlaw(line, `*${source} refers to nothing: there is no &${source} before it`);
    },
  });
}

function pathOf(issue: z.core.$ZodIssue): PropertyKey[] {
  return issue.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path;
}

function describe(issue: z.core.$ZodIssue): string {
  const inner = issue.code === 'invalid_key' ? issue.issues[0] : undefined;
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  const message = missing ? 'is missing' : (inner?.message ?? issue.message);
  return issue.path.length > 0 ? `${issue.path.join('.')}: ${message}` : message;
}
